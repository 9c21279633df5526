import { readFileSync } from 'node:fs';
import { BadConfig } from '../core/errors.js';
import { FAULT_KINDS, type FaultEffect, type FaultKind, type FaultRule } from './faults.js';
import { isJsonObject, type JsonObject, numberAt, textAt } from './json.js';
import { LAYOUT_NAMES } from './listing-site/layouts.js';
import { SERVICE_NAMES, type ServiceName } from './request-log.js';

/** What the sandbox was told is not understood; the text says why. */
export class NotUnderstood extends Error {}

/**
 * Reads a plan of faults: a file with a JSON list of fault rules, which strike from the start.
 * @throws BadConfig naming each rule that is not understood
 */
export function readFaultPlan(file: string): readonly FaultRule[] {
  const rules = listIn(file);
  const faults: string[] = [];
  const read = rules.flatMap((rule, at) => {
    try {
      if (!isJsonObject(rule)) throw new NotUnderstood('must be an object');
      return [readFaultRule(rule)];
    } catch (problem) {
      if (!(problem instanceof NotUnderstood)) throw problem;
      faults.push(`${file}: rule ${at + 1}: ${problem.message}`);
      return [];
    }
  });
  if (faults.length > 0) throw new BadConfig(faults);
  return read;
}

function listIn(file: string): readonly unknown[] {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(json)) return json;
  } catch (cause) {
    throw new BadConfig([`${file}: cannot be read as JSON`], { cause });
  }
  throw new BadConfig([`${file}: must hold a list of fault rules`]);
}

/** Reads a fault rule written as JSON, in the shape of `FaultRule`. @throws NotUnderstood saying what is wrong */
export function readFaultRule(json: JsonObject): FaultRule {
  const { path, effect } = json;
  if (!isJsonObject(effect)) throw new NotUnderstood('effect must be an object');
  const times = numberAt(json, 'times');
  const rate = numberAt(json, 'rate');
  if (rate !== null && (rate < 0 || rate > 1)) throw new NotUnderstood('rate must be from 0 to 1');
  return {
    service: serviceName(textAt(json, 'service') ?? ''),
    effect: readEffect(effect),
    ...(times === null ? {} : { times }),
    ...(rate === null ? {} : { rate }),
    ...(typeof path === 'string' ? { path: patternText(path) } : {}),
  };
}

function readEffect(json: JsonObject): FaultEffect {
  const kind = FAULT_KINDS.find((known): known is FaultKind => known === json.kind);
  switch (kind) {
    case undefined:
      throw new NotUnderstood(`effect.kind must be one of ${FAULT_KINDS.join(', ')}`);
    case 'status': {
      const retryAfterSeconds = numberAt(json, 'retryAfterSeconds');
      const status = { kind, status: wanted(json, 'status'), ...silenceIn(json) };
      return retryAfterSeconds === null ? status : { ...status, retryAfterSeconds };
    }
    case 'refused-token': {
      const token = textAt(json, 'token');
      return { kind, ...(token === null ? {} : { token }), ...silenceIn(json) };
    }
    case 'slow':
    case 'late-solution':
      return { kind, delayMs: wanted(json, 'delayMs') };
    case 'error-body':
      return { kind, code: wanted(json, 'code') };
    case 'layout-change': {
      const layout = LAYOUT_NAMES.find((name) => name === json.layout);
      if (json.layout !== undefined && layout === undefined) {
        throw new NotUnderstood(`effect.layout must be one of ${LAYOUT_NAMES.join(', ')}`);
      }
      return layout === undefined ? { kind } : { kind, layout };
    }
    case 'broken-cards':
      return { kind, count: wanted(json, 'count') };
    case 'drift': {
      const { change, field } = json;
      if (typeof field !== 'string') throw new NotUnderstood('effect.field must be a text');
      if (change === 'drop' || change === 'rename' || change === 'retype') return { kind, change, field };
      throw new NotUnderstood('effect.change must be drop, rename or retype');
    }
    default:
      return { kind };
  }
}

const silenceIn = (json: JsonObject) => (json.silent === true ? { silent: true } : {});

/** A number that must be there. @throws NotUnderstood */
export function wanted(json: JsonObject, key: string): number {
  const value = numberAt(json, key);
  if (value === null) throw new NotUnderstood(`${key} must be a number`);
  return value;
}

/** Service of that name. @throws NotUnderstood */
export function serviceName(text: string): ServiceName {
  const known = SERVICE_NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new NotUnderstood(`service must be one of ${SERVICE_NAMES.join(', ')}`);
}

function patternText(pattern: string): string {
  try {
    new RegExp(pattern);
    return pattern;
  } catch {
    throw new NotUnderstood('path must be a regular expression');
  }
}
