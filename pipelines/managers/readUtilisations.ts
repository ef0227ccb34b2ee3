import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as RA from 'fp-ts/lib/ReadonlyArray'
import { planetLabSeries, type Utilisations, utilisationsOfCsv } from '../../lib/codec/utilisations'

/**
 * Utilisations from a path: a CSV file (`utilisationsOfCsv`), or a folder with a file for each VM in the order of their names, as CloudSim ships PlanetLab's days (https://github.com/beloglazov/planetlab-workload-traces). What is wrong is said with
 * the file that it is in; what the file system refuses is thrown.
 */
export const readUtilisations = (path: string): E.Either<string, Utilisations> => {
  if (!statSync(path).isDirectory()) return named(path, utilisationsOfCsv(readFileSync(path, 'utf8')))
  const names = readdirSync(path).sort()
  return pipe(
    names,
    RA.traverse(E.Applicative)((name) => named(join(path, name), planetLabSeries(readFileSync(join(path, name), 'utf8')))),
    E.map((series) => ({ names, series })),
    E.filterOrElse(
      ({ series }) => series.length > 0 && series.every(({ length }) => length === series[0].length),
      () => `${path}: there must be files, all with as many samples`
    )
  )
}

const named = <A>(path: string, read: E.Either<string, A>): E.Either<string, A> =>
  pipe(
    read,
    E.mapLeft((problem) => `${path}: ${problem}`)
  )
