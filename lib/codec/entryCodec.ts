import type * as t from 'io-ts'
import type { Entry } from '../protocol/journal'
import type { DiskView, GuestView, Outcome } from '../protocol/pipeline'
import type { Seed } from '../random/random'
import { closed } from './closed'
import { commandCodec, whereCodec } from './commandCodec'
import { dataCodec } from './dataCodec'
import { dictionary } from './dictionary'
import { finite, nonNegativeInteger, positiveInteger } from './quantities'
import { refined } from './refined'
import { signalCodec } from './signalCodec'
import { tagged } from './tagged'
import { text, texts } from './text'

/** A seed as JSON: a number or a string. */
export const seedCodec = refined('a number or a string', (u): u is Seed => typeof u === 'string' || finite.is(u))

const diskViewCodec: t.Type<DiskView, unknown> = closed({ blocks: positiveInteger, blockBytes: positiveInteger })

/** What a pipeline knows of a guest, as JSON. */
export const guestViewCodec: t.Type<GuestView, unknown> = closed(
  { name: text, pages: nonNegativeInteger, pageBytes: positiveInteger },
  { disk: diskViewCodec, hugePages: positiveInteger, deviceStateBytes: positiveInteger }
)

/** How a migration ended, as JSON. */
export const outcomeCodec: t.Type<Outcome, unknown> = tagged<Outcome>({
  completed: closed({ needs: texts }),
  aborted: closed({ reason: text, running: whereCodec }),
  undecided: closed({ reason: text }),
  lost: closed({ reason: text }),
  limited: closed({ limit: text })
})

const thisVersion = refined('1 (the version of journals that this package reads)', (u): u is 1 => u === 1)

const at = nonNegativeInteger

/** A journal's entry as JSON. */
export const entryCodec: t.Type<Entry, unknown> = tagged<Entry>({
  began: closed({ at, version: thisVersion, seed: seedCodec, guests: dictionary(guestViewCodec), world: dataCodec }),
  commanded: closed({ at, command: commandCodec }),
  signalled: closed({ at, signal: signalCodec }),
  ended: closed({ at, migration: text, outcome: outcomeCodec })
})
