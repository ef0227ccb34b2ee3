import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Observable } from 'rxjs'
import { type BitbrainsRow, bitbrainsCsv } from '../../lib/codec/bitbrainsCsv'
import { timedSince } from '../../lib/codec/timedObservation'
import type { Observation } from '../../lib/protocol/observation'
import { midnightBefore } from './csvObservations'
import { rowsOf } from './fileLines'
import { inTimeOrder } from './inTimeOrder'
import { inTurns } from './inTurns'

/** A VM of the Bitbrains traces: its name, and its files in the order of their time. */
export type BitbrainsVm = { readonly name: string; readonly files: readonly string[] }

/**
 * The VMs below a folder of the Bitbrains traces, or of one file of them, in the order of their numbers: every file `.csv` is of a VM, which is called by its path below the folder. Folders called by months do not count: in Rnd, `2013-7/1.csv`,
 * `2013-8/1.csv` and `2013-9/1.csv` are of one VM, `1`. Throws what the file system refuses.
 */
export const bitbrainsVms = (path: string): readonly BitbrainsVm[] => {
  if (!statSync(path).isDirectory()) return [{ name: basename(path, '.csv'), files: [path] }]
  const vms = new Map<string, string[]>()
  const walk = (folder: string, above: readonly string[]): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => byNumber(a.name, b.name))) {
      const full = join(folder, entry.name)
      if (entry.isDirectory()) walk(full, /^\d{4}-\d{1,2}$/.test(entry.name) ? above : [...above, entry.name])
      else if (entry.name.endsWith('.csv')) {
        const name = [...above, basename(entry.name, '.csv')].join('/')
        const files = vms.get(name)
        if (files === undefined) vms.set(name, [full])
        else files.push(full)
      }
    }
  }
  walk(path, [])
  return [...vms].map(([name, files]) => ({ name, files })).sort((a, b) => byNumber(a.name, b.name))
}

/**
 * The observations of VMs of the Bitbrains traces (`bitbrainsCsv`), all files side by side and the earliest first, as a cold Observable that reads while it goes: CPU, network, memory in use and provisioned. Rows of one VM come in the order of its
 * files; repeated ones come twice. Times count from `fromSeconds` (since 1970; default: the midnight before the earliest row).
 *
 * Errors, in the error channel and behind all rows that came before: a `SourceFault` that names the file and the line; what the file system refuses. Cost: O(log VMs) a row, some kB of memory a VM.
 */
export const bitbrainsObservations = (path: string, { fromSeconds }: { readonly fromSeconds?: number } = {}): Observable<Observation> =>
  inTurns(function* () {
    let since: ReturnType<typeof timedSince> | undefined
    for (const row of inTimeOrder(bitbrainsVms(path).map(named))) {
      since ??= timedSince(fromSeconds ?? midnightBefore(row.seconds))
      yield since(row)
    }
  })

/** The rows of a VM, read as they are asked for. Throws a `SourceFault`, or what the file system refuses. */
export function* bitbrainsRows({ files }: BitbrainsVm): Generator<BitbrainsRow> {
  for (const file of files) yield* rowsOf(file, bitbrainsCsv)
}

function* named(vm: BitbrainsVm): Generator<Parameters<ReturnType<typeof timedSince>>[0]> {
  for (const { seconds, cpu, receivedBytesPerSecond, sentBytesPerSecond, allottedBytes, memoryBytes } of bitbrainsRows(vm)) {
    const network = { receivedBytesPerSecond, sentBytesPerSecond }
    yield { seconds, name: vm.name, of: 'vm', cpu, ...network, ...(allottedBytes === undefined ? {} : { allottedBytes, memoryBytes }) }
  }
}

const byNumber = (one: string, other: string): number => one.localeCompare(other, 'en', { numeric: true })
