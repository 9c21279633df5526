import type { Json } from '../core/hash.js';

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for a JSON object; lists and null are none. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a JSON list. */
export function isJsonList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** The member as an object, or an empty object when it is none. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  return isJsonObject(value) ? value : {};
}

/** Items of a list member that are objects; empty when the member is no list. */
export function objectsAt(parent: JsonObject, key: string): readonly JsonObject[] {
  const value = parent[key];
  return isJsonList(value) ? value.filter(isJsonObject) : [];
}

/** A text member trimmed, or null when it is missing, no text, or one of the county's words for nothing. */
export function textAt(parent: JsonObject, key: string): string | null {
  const value = parent[key];
  if (typeof value !== 'string') return null;
  const text = value.replace(/\s+/g, ' ').trim();
  return /^(|na|n\/a)$/i.test(text) ? null : text;
}

/** A member that is a number, or a text that holds one (thousands commas allowed); null otherwise. */
export function numberAt(parent: JsonObject, key: string): number | null {
  const value = parent[key];
  if (typeof value === 'number') return value;
  const text = textAt(parent, key)?.replaceAll(',', '');
  if (text === undefined || text === '') return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}
