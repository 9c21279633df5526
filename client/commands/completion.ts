import type { Command } from 'commander';
import { MODES, SOURCE_NAMES } from '../../core/schemas/names.js';
import type { CliContext } from '../context.js';

/** Words that may follow a command path; the empty path is `phx` itself. */
type Table = ReadonlyMap<string, readonly string[]>;

const VALUES: Readonly<Record<string, readonly string[]>> = { '--source': SOURCE_NAMES, '--mode': MODES };

/** Prints the completion script of a shell, made from the commands themselves. */
export async function printCompletion(
  { out }: CliContext,
  program: Command,
  shell: 'bash' | 'zsh' | 'fish',
): Promise<number> {
  const table = tableOf(program);
  const script = shell === 'fish' ? fish(table) : bash(table, shell === 'zsh');
  out.data(script);
  out.document({ schemaVersion: 1, shell, script });
  return 0;
}

function tableOf(program: Command): Table {
  const table = new Map<string, readonly string[]>();
  const globals = flagsOf(program);
  const visit = (command: Command, path: readonly string[]): void => {
    const children = command.commands.map((child) => child.name());
    const own = command === program ? [] : flagsOf(command);
    table.set(path.join(' '), [...children, ...own, ...globals]);
    for (const child of command.commands) visit(child, [...path, child.name()]);
  };
  visit(program, []);
  return table;
}

function flagsOf({ options }: Command): readonly string[] {
  return options.flatMap(({ long }) => long ?? []);
}

function bash(table: Table, zsh: boolean): string {
  const choices = (key: string, words: readonly string[]) => `    ${key}) words='${words.join(' ')}' ;;`;
  const paths = [...table].map(([path, words]) => choices(`'${path}'`, words));
  const values = Object.entries(VALUES).map(([flag, words]) => choices(flag, words));
  return `${zsh ? 'autoload -U +X compinit bashcompinit && compinit && bashcompinit\n' : ''}_phx() {
  local word path="" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="$path\${path:+ }$word" ;; esac
  done
  case "$path" in
${paths.join('\n')}
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _phx phx`;
}

function fish(table: Table): string {
  return [...table]
    .map(([path, words]) => {
      const seen = path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`;
      return `complete -c phx -f -n '${seen}' -a '${words.join(' ')}'`;
    })
    .join('\n');
}
