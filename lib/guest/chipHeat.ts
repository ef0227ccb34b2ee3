import type { Time } from '../time/time'

/**
 * A thermal model of a chip of clusters in `columns` and rows, a thermal node each:
 *
 *     C dT/dt = P - (T - ambient) / vertical - sum over neighbours (T - T_neighbour) / lateral
 *
 * - `ambientCelsius`. `verticalKelvinPerWatt`: from a cluster to the ambient through its share of the package. `lateralKelvinPerWatt`: between two clusters side by side on the die. `joulesPerKelvin`: of a cluster's silicon.
 * - `idleWatts` of a cluster in which no core works; `coreWatts` more for each that does.
 */
export type ChipHeatOptions = {
  readonly columns: number
  readonly rows: number
  readonly ambientCelsius: number
  readonly verticalKelvinPerWatt: number
  readonly lateralKelvinPerWatt: number
  readonly joulesPerKelvin: number
  readonly idleWatts: number
  readonly coreWatts: number
}

/**
 * A chip like the MPPA-256. Nobody has published its thermal figures; each stands for what it comes from:
 *
 * - die: 0.15 mm thin, 130 W/(m K), 1.63 MJ/(m3 K) (example.config of HotSpot, uvahotspot/HotSpot at 270ee6e7): laterally 1 / (k d) = 51 K/W between squares. A cluster of 10 mm2 is assumed: 2.4 mJ/K.
 * - to the ambient: 2 K/W for the whole package, assumed, which each of 16 clusters has a sixteenth of: 32 K/W. The heat of a package is left out, so that the die warms and cools too fast, in tens of milliseconds.
 * - 16 W at 600 MHz (Microprocessor Report, 9 February 2015), as much less at 400 MHz as the clock is slower: 10.7 W, a quarter of it in idle clusters (assumed): 0.17 W each, and 0.03 W for each of 256 cores at work.
 *
 * Differences between two runs say which is hotter; that a temperature is right to a degree is not claimed.
 */
export const mppaHeat: ChipHeatOptions = {
  columns: 4,
  rows: 4,
  ambientCelsius: 45,
  verticalKelvinPerWatt: 32,
  lateralKelvinPerWatt: 51,
  joulesPerKelvin: 0.0024,
  idleWatts: 0.17,
  coreWatts: 0.03
}

/**
 * The model at work. `watts(cores)`: of a cluster of which so many cores work. `steady(watts)`: temperatures at which it comes to rest. `after(temperatures, watts, ns)`: those some time later, the power being the same all the while.
 * Clusters by number, row by row.
 */
export type ChipHeat = {
  readonly watts: (workingCores: number) => number
  readonly steady: (watts: readonly number[]) => readonly number[]
  readonly after: (temperatures: readonly number[], watts: readonly number[], ns: Time) => readonly number[]
}

/**
 * See `ChipHeat`. Laws: at `steady(w)` nothing changes, `after(steady(w), w, t) = steady(w)`; heat is linear, `steady(a + b) - ambient` is the sum of both; `after(t, w, ns)` comes to `steady(w)`. Additions, multiplications and
 * divisions only: the same on every machine. Errors: `RangeError` naming the option. Cost: `steady` some hundred sweeps over the clusters, `after` one for each twentieth of the shortest time constant.
 */
export const chipHeat = (options: ChipHeatOptions = mppaHeat): ChipHeat => {
  for (const [name, value] of Object.entries(options))
    if (!(Number.isFinite(value) && (name === 'ambientCelsius' || name === 'idleWatts' || name === 'coreWatts' ? value >= 0 : value > 0)))
      throw new RangeError(`chipHeat: ${name} must be a positive number (got ${value})`)
  const { columns, rows, ambientCelsius, verticalKelvinPerWatt, lateralKelvinPerWatt, joulesPerKelvin, idleWatts, coreWatts } = options
  const neighbours = Array.from({ length: columns * rows }, (_, i) =>
    [i % columns > 0 ? i - 1 : -1, i % columns < columns - 1 ? i + 1 : -1, i - columns, i + columns].filter(
      (j) => j >= 0 && j < columns * rows
    )
  )
  const vertical = 1 / verticalKelvinPerWatt
  const lateral = 1 / lateralKelvinPerWatt
  const checked = (what: string, values: readonly number[]): void => {
    if (values.length !== neighbours.length)
      throw new RangeError(`chipHeat: ${what} must be ${neighbours.length} numbers (got ${values.length})`)
  }
  const longestNs = (joulesPerKelvin / (vertical + 4 * lateral) / 20) * 1e9

  return {
    watts: (workingCores) => idleWatts + workingCores * coreWatts,
    steady: (watts) => {
      checked('watts', watts)
      const rise = watts.map(() => 0)
      // Gauss and Seidel: the matrix is diagonally dominant, so each sweep shrinks what is wrong.
      for (let sweep = 0, change = 1; sweep < 10_000 && change > 1e-12; sweep++) {
        change = 0
        for (const [i, beside] of neighbours.entries()) {
          const next = (watts[i] + lateral * beside.reduce((sum, j) => sum + rise[j], 0)) / (vertical + lateral * beside.length)
          change = Math.max(change, Math.abs(next - rise[i]))
          rise[i] = next
        }
      }
      return rise.map((kelvin) => ambientCelsius + kelvin)
    },
    after: (temperatures, watts, ns) => {
      checked('temperatures', temperatures)
      checked('watts', watts)
      const steps = Math.ceil(ns / longestNs)
      const scale = steps === 0 ? 0 : ns / 1e9 / steps / joulesPerKelvin
      let now = temperatures
      for (let step = 0; step < steps; step++) {
        const before = now
        now = before.map(
          (kelvin, i) =>
            kelvin +
            scale *
              (watts[i] - vertical * (kelvin - ambientCelsius) - lateral * neighbours[i].reduce((sum, j) => sum + kelvin - before[j], 0))
        )
      }
      return now
    }
  }
}
