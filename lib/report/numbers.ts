/** A number with commas between its thousands and a fixed number of decimals: `formatNumber(1234.5, 2)` is `1,234.50`. */
export const formatNumber = (value: number, decimals = 0): string => {
  const [whole, part] = Math.abs(value).toFixed(decimals).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${value < 0 ? '-' : ''}${grouped}${part === undefined ? '' : `.${part}`}`
}

/** Bytes for people: the largest decimal unit not above them, one decimal but for bytes: `102.4 MB`, `17 B`. */
export const formatBytes = (bytes: number): string => {
  const [unit, size] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : bytes >= 1e3 ? ['kB', 1e3] : ['B', 1]
  return `${formatNumber(bytes / size, size === 1 ? 0 : 1)} ${unit}`
}

/** The fewest decimals, at most three, with which every number keeps three significant digits; none where all are whole. */
export const decimalsFor = (values: readonly number[]): number => {
  if (values.every(Number.isInteger)) return 0
  const smallest = Math.min(...values.map(Math.abs).filter((value) => value > 0))
  return smallest >= 100 ? 0 : smallest >= 10 ? 1 : smallest >= 1 ? 2 : 3
}
