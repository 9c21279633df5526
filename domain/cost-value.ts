/** What properties are worth by the stated assumptions, held against what they cost. US dollars as micro-dollars. */
export interface DataValue {
  readonly properties: number;
  readonly costUsdMicros: number;
  readonly lowUsdMicros: number;
  readonly highUsdMicros: number;
  /** (value − cost) ÷ cost, 1 is 100 %; null where nothing was spent. */
  readonly lowReturn: number | null;
  readonly highReturn: number | null;
}

/**
 * Value of the properties kept in a month.
 * @param perProperty assumed value of one of them in a month, US dollars
 */
export function valueOfData(
  properties: number,
  costUsdMicros: number,
  perProperty: { readonly lowUsd: number; readonly highUsd: number },
): DataValue {
  const worth = (usd: number) => Math.round(properties * usd * 1_000_000);
  const [low, high] = [worth(perProperty.lowUsd), worth(perProperty.highUsd)];
  const gain = (value: number) => (costUsdMicros <= 0 ? null : (value - costUsdMicros) / costUsdMicros);
  return {
    properties,
    costUsdMicros,
    lowUsdMicros: low,
    highUsdMicros: high,
    lowReturn: gain(low),
    highReturn: gain(high),
  };
}
