import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../packageRoot'

/** A mean of measured downtimes in milliseconds, their standard deviation, and how many there were. */
export type MeasuredMigration = {
  readonly threads: number
  readonly pages: number
  readonly meanMs: number
  readonly deviationMs: number
  readonly runs: number
}

/** The measurements of N. Vanz (2023) that come with the package: of one migration by threads and pages, and of several at once. */
export const nanvixMigrationMeasured = (): {
  readonly alone: readonly MeasuredMigration[]
  readonly parallel: readonly (MeasuredMigration & { readonly migrations: number })[]
} => {
  const { alone, parallel } = JSON.parse(readFileSync(join(packageRoot(), 'traces', 'measured', 'nanvix-migration.json'), 'utf8'))
  return {
    alone: alone.map(([threads, pages, meanMs, deviationMs, runs]: readonly number[]) => ({ threads, pages, meanMs, deviationMs, runs })),
    parallel: parallel.rows.map(([migrations, meanMs, deviationMs, runs]: readonly number[]) => ({
      migrations,
      threads: parallel.threads,
      pages: parallel.pages,
      meanMs,
      deviationMs,
      runs
    }))
  }
}
