import { styleText } from 'node:util';
import type { Config } from '../../core/config.js';
import { runDoctor } from '../../stack/doctor.js';
import type { DoctorLine } from '../../stack/doctor-line.js';
import { checkChannels, checkRoster } from '../alert-doctor.js';
import { readSetting } from '../connect.js';
import type { CliContext } from '../context.js';

const STYLE = { ok: 'green', warning: 'yellow', problem: 'red' } as const;
const PROBLEMS = 3;

/** Asks every part that the settings name, one line each. @returns 3 when something the day cannot do without is wrong */
export async function doctor(context: CliContext): Promise<number> {
  const { out } = context;
  const { config } = await readSetting(context);
  const lines = await doctorLines(config);
  for (const line of lines) out.data(textOf(line, out.dataColour));
  const problems = lines.filter(({ state }) => state === 'problem').length;
  out.document({ schemaVersion: 1, mode: config.mode, ok: problems === 0, checks: lines });
  return problems === 0 ? 0 : PROBLEMS;
}

/** One line for each part that the settings name. */
export async function doctorLines(config: Config): Promise<readonly DoctorLine[]> {
  return [...(await runDoctor(config)), await checkRoster(config), checkChannels(config)];
}

function textOf({ part, state, evidence, fix }: DoctorLine, colour: boolean): string {
  const word = state.padEnd('problem'.length);
  const shown = colour ? styleText(STYLE[state], word, { validateStream: false }) : word;
  return `${shown}  ${part.padEnd('temporal'.length)}  ${evidence}${fix === null ? '' : `\n${' '.repeat(19)}fix: ${fix}`}`;
}
