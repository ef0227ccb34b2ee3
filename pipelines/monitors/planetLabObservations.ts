import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isLeft } from 'fp-ts/lib/Either'
import type { Observable } from 'rxjs'
import type { TimedObservation } from '../../lib/codec/timedObservation'
import { timedSince } from '../../lib/codec/timedObservation'
import { planetLabSample } from '../../lib/codec/utilisations'
import type { Observation } from '../../lib/protocol/observation'
import { readUtilisations } from '../managers/readUtilisations'
import { fileLines, readable } from './fileLines'
import { inTimeOrder } from './inTimeOrder'
import { inTurns } from './inTurns'
import { sourceFault } from './sourceFault'

/**
 * The CPUs of PlanetLab's VMs as CloudSim ships them (a folder with a file for each VM, a sample in percent on each line), or of a CSV file with a line for each VM (`utilisationsOfCsv`), as a cold Observable: sample after sample of all VMs, `everyNs`
 * apart (default 300 s), the first at 0. The files of a folder are read side by side while it goes, and may be of different lengths; the lines of a CSV file, which hold the time across, are read at once.
 *
 * Errors, in the error channel and behind all that came before: a `SourceFault` that names the file and the line; what the file system refuses.
 */
export const planetLabObservations = (path: string, { everyNs = 300e9 }: { readonly everyNs?: number } = {}): Observable<Observation> => {
  const everySeconds = everyNs / 1e9
  const since = timedSince(0)
  return inTurns(function* () {
    const ofFiles = statSync(path).isDirectory()
    const rows = ofFiles
      ? inTimeOrder(
          readdirSync(path)
            .sort()
            .map((name) => samplesOf(name, join(path, name), everySeconds))
        )
      : across(path, everySeconds)
    for (const row of rows) yield since(row)
  })
}

function* samplesOf(name: string, path: string, everySeconds: number): Generator<TimedObservation> {
  let slot = 0
  for (const { number, text } of fileLines(path))
    yield { seconds: slot++ * everySeconds, name, of: 'vm', cpu: readable(path, number, planetLabSample(text)) }
}

function* across(path: string, everySeconds: number): Generator<TimedObservation> {
  const read = readUtilisations(path)
  if (isLeft(read)) throw sourceFault(path, read.left.slice(`${path}: `.length))
  const { names, series } = read.right
  for (let slot = 0; slot < series[0].length; slot++)
    for (const [vm, name] of names.entries()) yield { seconds: slot * everySeconds, name, of: 'vm', cpu: series[vm][slot] }
}
