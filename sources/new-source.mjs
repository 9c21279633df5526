// Begins a new source: `npm run new:source -- pinal-county`. Writes its folder from docs/source-template/, lists it where
// sources are listed, and says what is left to do. Plain JavaScript, so that it runs before anything is built.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TEMPLATE = join(ROOT, 'docs', 'source-template');
/** Mark of what a person must write. */
const MARK = 'FILL IN';
const USAGE = 2;
/** Words that cannot name a thing in the code. */
const RESERVED = new Set([
  'class',
  'default',
  'delete',
  'enum',
  'export',
  'import',
  'in',
  'new',
  'package',
  'public',
  'static',
  'with',
]);

process.exitCode = run(process.argv.slice(2));

function run([name = '', ...more]) {
  const faults = faultsOf(name, more);
  if (faults.length > 0) return refuse(faults);
  const words = wordsOf(name);
  const edits = edited(words);
  const files = written(words);
  for (const [path, text] of [...files, ...edits]) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  tidy([...files, ...edits].map(([path]) => path));
  const marked = files.filter(([, text]) => text.includes(MARK)).map(([path]) => path);
  tell(`wrote sources/${name}/ and test/contract/${name}.ts, listed in ${edits.map(([path]) => path).join(', ')}`);
  tell(`what you must write is marked "${MARK}" in:\n${marked.map((path) => `  ${path}`).join('\n')}`);
  tell(`the contract: npm run jest -- test/contract -t ${name}\nstep by step: docs/adding-a-source.md`);
  return 0;
}

function faultsOf(name, more) {
  const faults = [];
  if (more.length > 0) faults.push('name one source');
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40)
    faults.push(`a source is named in small letters with dashes, like pinal-county, not "${name}"`);
  if (RESERVED.has(name)) faults.push(`"${name}" is a word of the language`);
  for (const path of [`sources/${name}`, `test/contract/${name}.ts`]) {
    if (name !== '' && existsSync(join(ROOT, path))) faults.push(`${path} is there already`);
  }
  return faults;
}

/** Every form of the name that the templates need. */
function wordsOf(name) {
  const pascal = name.replace(/(^|-)(\w)/g, (_all, _dash, letter) => letter.toUpperCase());
  const camel = pascal[0].toLowerCase() + pascal.slice(1);
  return { name, pascal, camel, upper: name.replaceAll('-', '_').toUpperCase() };
}

/** Files of the source and of its harness, path and text. */
function written(words) {
  return readdirSync(TEMPLATE).map((file) => {
    const target = file.replace(/\.txt$/, '');
    const path = target === 'harness.ts' ? `test/contract/${words.name}.ts` : `sources/${words.name}/${target}`;
    return [path, filled(readFileSync(join(TEMPLATE, file), 'utf8'), words)];
  });
}

function filled(text, { name, pascal, camel, upper }) {
  return text
    .replaceAll('__NAME__', name)
    .replaceAll('__PASCAL__', pascal)
    .replaceAll('__CAMEL__', camel)
    .replaceAll('__UPPER__', upper);
}

/** The places that list sources, each with the new one in it. */
function edited({ name, pascal, camel, upper }) {
  const quoted = name.includes('-') ? `'${name}'` : name;
  const settings = `create${pascal}Settings(config)`;
  return [
    edit('core/schemas/names.ts', [[/(SOURCE_NAMES = \[[^\]]*)\]/, `$1, '${name}']`]]),
    edit('core/settings-table.ts', [[/\n\} as const;\n/, `${settingRows({ camel, upper, name })}\n} as const;\n`]]),
    edit('core/config.ts', [[/(ADDRESSES_OF_SOURCES = \[[^\]]*)\]/, `$1  '${camel}BaseUrl',\n]`]]),
    edit('domain/compose.ts', [
      [
        /(SOURCE_RANK[^{]*\{)([^}]*)\};/,
        (_all, head, rows) => `${head}${rows}  ${quoted}: ${rows.trim().split('\n').length},\n};`,
      ],
    ]),
    edit('.env.example', [[/\n$/, `\n${envRows({ upper, name })}`]]),
    edit('docker-compose.temporal.yml', [
      [/(--queues, "[^"]*http-[\w-]+)(,llm)/, `$1,http-${name}$2`],
      [/(\n {2}PIMA_ASSESSOR_IN_FLIGHT:.*)/, (line) => `${line}${composeRows(upper)}`],
    ]),
    edit('sources/index.ts', [
      [
        /(\n\n\/\*\* The sources there are\. \*\/)/,
        `\nimport { create${pascal}, create${pascal}Settings } from './${name}/index.js';$1`,
      ],
      [/(\n {2}\};\n {2}return \{ all:)/, `\n    ${quoted}: create${pascal}({ http, settings: ${settings} }),$1`],
      [/(\n {2}\};\n\}\n*)$/, `\n    ${quoted}: ${settings}.target,$1`],
    ]),
    edit('test/contract/harnesses.ts', [
      [/(\n\n\/\*\* One line a source)/, `\nimport { ${camel} } from './${name}.js';$1`],
      [/\n\};\n$/, `\n  ${quoted === camel ? camel : `${quoted}: ${camel}`},\n};\n`],
    ]),
  ];
}

function edit(path, changes) {
  let text = readFileSync(join(ROOT, path), 'utf8');
  for (const [pattern, replacement] of changes) {
    if (!pattern.test(text)) throw new Error(`${path} has not the form that this script knows: ${pattern}`);
    text = text.replace(pattern, replacement);
  }
  return [path, text];
}

function settingRows({ camel, upper, name }) {
  return `
  ${camel}BaseUrl: row('${upper}_BASE_URL', httpUrl.nullable().default(null), 'Address of ${name}'),
  ${camel}WindowLimit: row(
    '${upper}_WINDOW_LIMIT',
    whole(1, 1_000_000).default(60),
    'Most requests to ${name} in one window',
  ),
  ${camel}WindowMs: row(
    '${upper}_WINDOW_MS',
    whole(100, 3_600_000).default(60_000),
    'Length of that window in milliseconds',
  ),
  ${camel}InFlight: row('${upper}_IN_FLIGHT', whole(1, 100).default(2), 'Most requests to ${name} at one time'),`;
}

function envRows({ upper, name }) {
  return `
# Address of ${name}
${upper}_BASE_URL=

# Most requests to ${name} in one window
#${upper}_WINDOW_LIMIT=60

# Length of that window in milliseconds
#${upper}_WINDOW_MS=60000

# Most requests to ${name} at one time
#${upper}_IN_FLIGHT=2
`;
}

function composeRows(upper) {
  const names = ['BASE_URL', 'WINDOW_LIMIT', 'WINDOW_MS', 'IN_FLIGHT'].map((name) => `${upper}_${name}`);
  return names.map((name) => `\n  ${name}: \${${name}:-}`).join('');
}

/** Order of imports and line ends are the formatter's; without it `npm run format` does the same later. */
function tidy(paths) {
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const code = paths.filter((path) => path.endsWith('.ts'));
  if (existsSync(biome))
    spawnSync(process.execPath, [biome, 'check', '--write', ...code], { cwd: ROOT, stdio: 'ignore' });
}

function refuse(faults) {
  process.stderr.write(`${faults.join('\n')}\nusage: npm run new:source -- NAME\n`);
  return USAGE;
}

function tell(line) {
  process.stdout.write(`${line}\n`);
}
