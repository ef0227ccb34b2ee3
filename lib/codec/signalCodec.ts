import * as t from 'io-ts'
import type { Signal } from '../protocol/signal'
import { chipAnswers, chipFacts } from './chipCodec'
import { closed } from './closed'
import { clusterAnswers, clusterFacts } from './clusterCodec'
import { addressCodec, ofCodec, whereCodec } from './commandCodec'
import { dictionary } from './dictionary'
import { kernelAnswers, kernelFacts } from './kernelCodec'
import { pageNumber, pageSetCodec, pagesCodec } from './pagesCodec'
import { nonNegative, nonNegativeInteger, whole } from './quantities'
import { tagged } from './tagged'
import { oneOf, text, texts } from './text'
import { takenRun, threadAnswers, threadFacts } from './threadCodec'

const at = nonNegativeInteger
const to = addressCodec
const migration = text
const bytes = nonNegative
const perhapsOfDisk = { of: ofCodec }

const used = { bytes, busyNs: nonNegative, fullNs: nonNegative }
const listed = closed({ image: text, pages: nonNegativeInteger, sealedAt: nonNegativeInteger, guestNs: nonNegative }, { parent: text })

/** A signal as JSON: its type and time, its fields, then whom it answers or of which migration it speaks. */
export const signalCodec: t.Type<Signal, unknown> = tagged<Signal>({
  done: closed({ at, to }),
  refused: closed({ at, reason: text, to }, { sent: closed({ pages: nonNegativeInteger, bytes }, perhapsOfDisk) }),
  preselected: closed({ at, host: text, guestNs: nonNegative, to }),
  reserved: closed({ at, bytes, to }),
  selected: closed({ at, pages: pageSetCodec, nonPageable: pageSetCodec, to }, perhapsOfDisk),
  sent: closed({ at, pages: pagesCodec, skipped: pageSetCodec, bytes, to }, perhapsOfDisk),
  cancelled: closed({ at, unsent: pageSetCodec, to }),
  suspended: closed({ at, guestNs: nonNegative, clockNs: whole, to }),
  redirected: closed({ at, to }),
  committed: closed({ at, to }),
  activated: closed({ at, where: whereCodec, guestNs: nonNegative, clockNs: whole, to }),
  standing: closed({ at, primary: whereCodec, missing: pageSetCodec, to }),
  released: closed(
    { at, needs: texts, guestNs: nonNegative, to },
    { waited: closed({ all: nonNegative, vcpus: t.readonlyArray(nonNegative) }) }
  ),
  synced: closed({ at, dirty: pageSetCodec, to, migration }, perhapsOfDisk),
  round: closed({ at, round: nonNegativeInteger, pages: nonNegativeInteger, migration }, perhapsOfDisk),
  progress: closed({ at, bytes, pages: nonNegativeInteger, migration }, perhapsOfDisk),
  faulted: closed({ at, page: pageNumber, vcpu: nonNegativeInteger, migration }),
  device: closed({ at, device: text, done: oneOf('saved', 'loaded', 'unplugged', 'plugged'), bytes, ns: nonNegativeInteger, migration }),
  exited: closed({ at, migration }),
  failed: closed({ at, what: oneOf('link', 'source', 'target'), reason: text, migration }),
  mended: closed({ at, what: oneOf('link', 'source'), migration }),
  wound: closed({ at, migration }),
  compared: closed(
    {
      at,
      when: oneOf('committed', 'activated', 'released'),
      lost: pageSetCodec,
      regressed: pageSetCodec,
      misread: pageSetCodec,
      owed: nonNegativeInteger,
      migration
    },
    perhapsOfDisk
  ),
  hosts: closed({ at, primary: whereCodec, running: t.readonlyArray(whereCodec, 'a list of "source" and "target"'), migration }),
  linkUsed: closed({ at, applicationBytes: nonNegative, applicationDemandBytes: nonNegative, migration }),
  kept: closed({ at, ...clusterAnswers.kept, to }),
  listed: closed({ at, ...clusterAnswers.listed, to }),
  told: closed({ at, ...clusterFacts.told, migration }),
  stored: closed({ at, ...clusterFacts.stored, migration }),
  misdelivered: closed({ at, ...clusterFacts.misdelivered, migration }),
  finished: closed({ at, ...clusterFacts.finished, migration }),
  received: closed({ at, ...chipAnswers.received, to }),
  got: closed({ at, ...chipAnswers.got, to }),
  awaited: closed({ at, ...chipAnswers.awaited, to }),
  arrived: closed({ at, ...chipFacts.arrived, migration }, { process: text }),
  bounced: closed({ at, ...chipFacts.bounced, migration }),
  slots: closed({ at, ...chipFacts.slots, migration }),
  described: closed({ at, ...kernelAnswers.described, to }),
  extracted: closed({ at, ...kernelAnswers.extracted, to }),
  collected: closed({ at, ...kernelAnswers.collected, to }),
  depends: closed({ at, ...kernelAnswers.depends, to }),
  observed: closed({ at, ...kernelAnswers.observed, to }),
  peeked: closed({ at, ...kernelAnswers.peeked, to }),
  wanted: closed({ at, ...kernelFacts.wanted, migration }),
  placed: closed({ at, ...kernelFacts.placed, migration }),
  threads: closed({ at, ...kernelFacts.threads, migration }, { behind: nonNegativeInteger }),
  checked: closed({ at, ...kernelFacts.checked, migration }),
  acted: closed({ at, ...threadAnswers.acted, to }),
  negotiated: closed({ at, ...threadFacts.negotiated, migration }, takenRun),
  carried: closed({ at, ...threadFacts.carried, migration }),
  threadLost: closed({ at, ...threadFacts.threadLost, migration }),
  nodeFailed: closed({ at, ...threadFacts.nodeFailed, migration }),
  stashed: closed({ at, pages: nonNegativeInteger, to }),
  sealed: closed({ at, image: text, pages: nonNegativeInteger, bytes, to }),
  catalogued: closed({ at, images: t.readonlyArray(listed, 'a list of images'), to }),
  loaded: closed({ at, pages: nonNegativeInteger, bytes, to }),
  storeFailed: closed({ at, store: text, reason: text, migration }),
  verified: closed({ at, image: text, when: oneOf('sealed', 'restored'), lost: pageSetCodec, migration }),
  storesUsed: closed({ at, link: closed(used), stores: dictionary(closed({ ...used, heldBytes: bytes })), migration })
})
