import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A row of a Bitbrains file: s since 1970, MHz used of 2 x 2,600, KB used, KB/s received and sent, KB of memory provisioned (default 4 GiB). */
export type MadeRow = readonly [seconds: number, mhz: number, usedKb: number, received: number, sent: number, provisionedKb?: number]

/** The first line of the published files. */
export const bitbrainsHeader =
  'Timestamp [ms];\tCPU cores;\tCPU capacity provisioned [MHZ];\tCPU usage [MHZ];\tCPU usage [%];\tMemory capacity provisioned [KB];\tMemory usage [KB];\tDisk read throughput [KB/s];\tDisk write throughput [KB/s];\tNetwork received throughput [KB/s];\tNetwork transmitted throughput [KB/s]'

/** Writes a file of that form. */
export const writeBitbrains = (path: string, rows: readonly MadeRow[]): void => {
  mkdirSync(dirname(path), { recursive: true })
  const lines = rows.map(([seconds, mhz, used, received, sent, provisioned]) => {
    const memory = provisioned === undefined ? '4.194304E6' : provisioned.toFixed(1)
    return [seconds, 2, '5199.998608', mhz, (mhz / 5199.998608) * 100, memory, used, '0.0', '18.666667', received, sent].join(';\t')
  })
  writeFileSync(path, `${[bitbrainsHeader, ...lines].join('\n')}\n`)
}
