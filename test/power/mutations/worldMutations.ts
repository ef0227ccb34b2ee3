import type { Mutation } from '../mutation'

const hostsSource = 'lib/world/hostsSource.ts'
const hostsTarget = 'lib/world/hostsTarget.ts'
const conduct = 'lib/world/conduct.ts'
const machine = 'lib/world/machine.ts'
const outgoing = 'lib/world/outgoing.ts'
const laneBuffer = 'lib/world/laneBuffer.ts'
const pending = 'lib/world/pendingAnswers.ts'
const sending = 'lib/world/sending.ts'
const flights = 'lib/world/flights.ts'
const transport = 'lib/world/transport.ts'
const running = 'lib/world/running.ts'
const bitmap = 'lib/memory/bitmap.ts'

/** Mistakes of the hosts, the sender and the link, which a migration engine makes below its protocol: lib/world, lib/memory. */
export const worldMutations: readonly Mutation[] = [
  {
    name: 'logClearedAtArrival',
    kind: 'cleared at the wrong time',
    mistake: 'The dirty mark of a page is cleared when its copy arrives, and not before it is read: a write between the two is in no log.',
    edits: [
      {
        file: hostsTarget,
        find: '  bitmap.mark(h.present, page)\n',
        put: '  bitmap.mark(h.present, page)\n  bitmap.clear(h.marks, page)\n'
      }
    ],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'logClearedAtReading',
    kind: 'cleared at the wrong time',
    mistake: 'Whoever reads the log once it is off throws away what was in it.',
    edits: [
      {
        file: hostsSource,
        find: 'if (!h.tracking) return',
        put: 'if (!h.tracking || (h.log === undefined && !h.atSource)) return'
      }
    ],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'logOneAccessShort',
    kind: 'off by one',
    mistake: 'The last access of each batch of the guest is not logged.',
    edits: [
      {
        file: bitmap,
        find: 'let newly = 0\n  for (let i = 0; i < n; i++) {',
        put: 'let newly = 0\n  for (let i = 0; i < n - 1; i++) {'
      }
    ],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'logWithoutItsLastPage',
    kind: 'off by one',
    mistake: 'The last page of the memory is not in the log.',
    edits: [{ file: hostsSource, find: '  const dirty = fold(h)\n', put: '  const dirty = pageSet.remove(fold(h), h.pages - 1)\n' }],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'pageNeverPlaced',
    kind: 'a page dropped',
    mistake: 'Page 0 is taken off the wire and never written to the memory of the target.',
    edits: [
      { file: hostsTarget, find: 'if (placed !== undefined) content.place', put: 'if (placed !== undefined && page !== 0) content.place' }
    ],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'placedOverTheGuest',
    kind: 'placed or sent wrongly',
    mistake: 'A page that may only be placed where nothing is, is placed over what the guest has there; and what was sent is sent again.',
    edits: [
      { file: hostsTarget, find: "if (how === 'ifAbsent' && taken) return", put: 'if (false) return' },
      { file: hostsSource, find: "unless === 'sent' && !bitmap.test(h.owed, page)", put: 'false' }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'sentAgainByTheOtherLane',
    kind: 'placed or sent wrongly',
    mistake: 'A page that one lane has chosen is not taken off what the others may choose.',
    edits: [
      {
        file: hostsSource,
        find: 'export const choose = (h: Hosts, page: number): void => {\n  bitmap.clear(h.owed, page)',
        put: 'export const choose = (h: Hosts, page: number): void => {\n  bitmap.test(h.owed, page)'
      }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'discardKeepingThePage',
    kind: 'stale pages kept',
    mistake: 'A page that is discarded stays mapped at the target, so no access to it is trapped.',
    edits: [{ file: hostsTarget, find: '  bitmap.clearSet(h.present, gone)\n', put: '' }],
    swarms: ['hybrids']
  },
  {
    name: 'trapOneTooFew',
    kind: 'off by one',
    mistake: 'The last of the missing pages is not registered with the fault handler.',
    edits: [
      {
        file: hostsTarget,
        find: '  bitmap.markAll(h.trapped, absent)\n',
        put: '  bitmap.markAll(h.trapped, pageSet.take(absent, absent.count - 1))\n'
      }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'missingOwedByNobody',
    kind: 'a page dropped',
    mistake: 'The sender is not told which pages the target misses, and leaves all of them out as sent.',
    edits: [{ file: hostsTarget, find: '  bitmap.markAll(h.owed, absent)\n', put: '' }],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'untrappedTooSoon',
    kind: 'an acknowledgement lost',
    mistake: 'A guest that waits for a page is not woken when the page arrives.',
    edits: [
      {
        file: hostsTarget,
        find: '      untrapped(page, at + splitNsOf(h, page))\n',
        put: ''
      }
    ],
    swarms: ['postcopies', 'demandPostcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'sourceNotStopped',
    kind: 'split brain',
    mistake: 'The source answers that the guest has stopped, and lets it run.',
    edits: [{ file: conduct, find: '  for (const h of both(c)) hosts.pause(h)\n', put: '' }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'virtualCpusNotStopped',
    kind: 'split brain',
    mistake: 'The guest counts as stopped, and its virtual CPUs go on writing.',
    edits: [{ file: running, find: '      stops++\n      exec.stop(agenda.now())\n      disk', put: '      stops++\n      disk' }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'commitAnsweredAndNotMade',
    kind: 'ownership passes at the wrong time',
    mistake: 'The target acknowledges the commit and does not take the guest over.',
    edits: [{ file: conduct, find: '      for (const h of both(c)) hosts.commit(h)\n', put: '' }],
    swarms: ['stopAndCopies']
  },
  {
    name: 'targetOwnsOnceItIsAsked',
    kind: 'split brain',
    mistake: 'The target tells who inquires that the guest is the source`s, whatever it has committed.',
    edits: [
      { file: conduct, find: "return { type: 'standing', primary: c.hosts.primary,", put: "return { type: 'standing', primary: 'source'," }
    ],
    swarms: ['stopAndCopies', 'precopies', 'postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'standingFromBefore',
    kind: 'a page dropped',
    mistake: 'The target tells who inquires that nothing is missing.',
    edits: [{ file: conduct, find: 'missing: hosts.missing(c.hosts) }', put: 'missing: pageSet.empty(c.hosts.pages) }' }],
    swarms: ['postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'guestOutlivingItsHost',
    kind: 'split brain',
    mistake: 'A guest goes on at a host that has failed.',
    edits: [{ file: conduct, find: '    for (const h of both(c)) hosts.crash(h, what)\n', put: '' }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'deadTargetTakingOrders',
    kind: 'a failure taken for something else',
    mistake: 'Orders to a target that has failed are sent and answered.',
    edits: [
      { file: conduct, find: '=> failed.link ?? failed.target', put: '=> failed.link' },
      {
        file: conduct,
        find: "if (order.type === 'resume' && passed) return target",
        put: "if (order.type === 'resume' && passed) return undefined"
      }
    ],
    swarms: ['stopAndCopies', 'precopies'],
    runs: 2000
  },
  {
    name: 'reservedWithoutRoom',
    kind: 'left behind',
    mistake: 'The target reserves memory that it does not have.',
    edits: [{ file: conduct, find: 'const reason = c.reserved === 0 ? port.admit(bytes) : undefined', put: 'const reason = undefined' }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'refusalNotToldOnFailure',
    kind: 'an acknowledgement lost',
    mistake: 'What waits for an answer when something fails is dropped without a word.',
    edits: [
      {
        file: machine,
        find: '      for (const to of pending.fail(what)) refuse(to as Address, reason)\n      out.fail()',
        put: '      pending.fail(what)\n      out.fail()'
      }
    ],
    swarms: ['stopAndCopies', 'precopies'],
    runs: 2000
  },
  {
    name: 'sendsNotRefusedOnFailure',
    kind: 'an acknowledgement lost',
    mistake: 'Sends under way on a link that breaks are dropped without a word.',
    edits: [{ file: transport, find: '    for (const [job, notLeft] of refused) job.refused(reason, notLeft)\n', put: '' }],
    swarms: ['stopAndCopies', 'precopies', 'postcopies'],
    runs: 2000
  },
  {
    name: 'answerForgottenAfterItsTime',
    kind: 'an acknowledgement lost',
    mistake: 'An answer that has been given is still pending, and is refused as well when something fails.',
    edits: [
      {
        file: pending,
        find: '      next(one, afterNs, () => {\n        all.delete(one)\n        answer()\n      }),',
        put: '      next(one, afterNs, () => {\n        answer()\n      }),'
      }
    ],
    swarms: ['stopAndCopies', 'precopies'],
    runs: 2000
  },
  {
    name: 'barrierOvertaking',
    kind: 'an acknowledgement lost',
    mistake: 'A barrier arrives ahead of what other lanes, which stand still, have on their way.',
    edits: [
      { file: outgoing, find: 'arrivesAt: Math.max(...stores.map(({ owner }) => transport.arrivesBy(owner)))', put: 'arrivesAt: 0' },
      {
        file: outgoing,
        find: 'const arrivesAt = Math.max(flush.arrivesAt, arrivalOf(held, link.latencyNs, migration, to.lane, now))',
        put: 'const arrivesAt = now + link.latencyNs'
      }
    ],
    swarms: ['postcopies', 'hybrids', 'spreads'],
    runs: 3000
  },
  {
    name: 'cancelledLeavingNothing',
    kind: 'a page dropped',
    mistake: 'Who cancels a send is told that nothing of it was left.',
    edits: [{ file: outgoing, find: 'unsent: unsent ?? store.none', put: 'unsent: store.none' }],
    swarms: ['switches'],
    runs: 2000
  },
  {
    name: 'cancellationNotAnswered',
    kind: 'an acknowledgement lost',
    mistake: 'A cancellation that comes when the send is over is not answered.',
    edits: [
      {
        file: outgoing,
        find: "if (of === undefined) tell(to, { type: 'cancelled', unsent: memory.none })\n      else if",
        put: 'if (of !== undefined && ' + 'true) {\n        if'
      },
      {
        file: outgoing,
        find: 'for (const { lane, job } of of.channels) transport.cancel(of.store.owner, lane, job)\n      }',
        put: 'for (const { lane, job } of of.channels) transport.cancel(of.store.owner, lane, job)\n      }\n      }'
      }
    ],
    swarms: ['switches'],
    runs: 2000
  },
  {
    name: 'cutOnePageTooFar',
    kind: 'off by one',
    mistake: 'The first page that a cancelled send does not send counts as sent.',
    edits: [
      { file: sending, find: 'const rest = Array.from(list.subarray(kept, n))', put: 'const rest = Array.from(list.subarray(kept + 1, n))' }
    ],
    swarms: ['switches'],
    runs: 2000
  },
  {
    name: 'lastPageOfABatchLost',
    kind: 'a page dropped',
    mistake: 'The last page of a batch of several leaves and is not placed.',
    edits: [
      {
        file: sending,
        find: 'hosts.place(h, list[i], readings[i], order.place, at, options.placed)',
        put: 'if (i === 0 || i < n - 1) hosts.place(h, list[i], readings[i], order.place, at, options.placed)'
      }
    ],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'readingOfThePageBefore',
    kind: 'off by one',
    mistake: 'Each page of a batch gets the content of the page before it.',
    edits: [
      {
        file: sending,
        find: 'hosts.place(h, list[i], readings[i], order.place',
        put: 'hosts.place(h, list[i], readings[Math.max(0, i - 1)], order.place'
      }
    ],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'leftOutToldAsSent',
    kind: 'an acknowledgement lost',
    mistake: 'Pages that the sender leaves out are told as sent.',
    edits: [
      {
        file: sending,
        find: 'skipped.push(page)\n        continue\n      }\n      hosts.choose(h, page)\n      return page',
        put: 'continue\n      }\n      hosts.choose(h, page)\n      return page'
      }
    ],
    swarms: ['postcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'withdrawnAndStillSent',
    kind: 'placed or sent wrongly',
    mistake: 'A page that overtakes its batch stays in the batch too.',
    edits: [{ file: sending, find: '        skipped.push(page)\n        bytes -= size\n', put: '        bytes -= size\n' }],
    swarms: ['postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'withdrawnOneTooFar',
    kind: 'off by one',
    mistake: 'When a page is taken out of a batch, the page behind it is overwritten.',
    edits: [{ file: flights, find: 'for (let k = i + 1; k < flight.count; k++) {', put: 'for (let k = i + 2; k < flight.count; k++) {' }],
    swarms: ['postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'flightOneTooFew',
    kind: 'off by one',
    mistake: 'A batch ends its journey with its last page but one.',
    edits: [{ file: flights, find: 'f.placed < f.count ? f.arrival(', put: 'f.placed < f.count - 1 ? f.arrival(' }],
    swarms: ['stopAndCopies', 'precopies', 'postcopies']
  },
  {
    name: 'brokenLinkStillDelivering',
    kind: 'placed or sent wrongly',
    mistake: 'What was on its way when the link broke arrives all the same, after it has been sent again.',
    edits: [{ file: transport, find: '    flights.get(owner)?.lose()\n    flights.delete(owner)\n', put: '' }],
    swarms: ['postcopies', 'hybrids'],
    runs: 3000
  },
  {
    name: 'clockOfTheTargetAsItIs',
    kind: 'a clock',
    mistake: 'The target does not set the clock of the guest ahead of its own.',
    edits: [{ file: running, find: 'Math.max(0, notBeforeNs - read(clocks.target, agenda.now()))', put: '0' }],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'faultsNeverTold',
    kind: 'an acknowledgement lost',
    mistake: 'The source is never told that the guest has stopped at a missing page.',
    edits: [
      { file: running, find: '    notify(page, vcpu)\n  }\n', put: '  }\n' },
      { file: conduct, find: "    if (order.type === 'inquire') port.faultAgain()\n", put: '' }
    ],
    swarms: ['postcopies', 'demandPostcopies']
  },
  {
    name: 'faultsNotToldAgain',
    kind: 'an acknowledgement lost',
    mistake: 'Faults whose notices were lost with the link are not told again when it is back.',
    edits: [{ file: conduct, find: "    if (order.type === 'inquire') port.faultAgain()\n", put: '' }],
    swarms: ['demandPostcopies'],
    runs: 4000
  },
  {
    name: 'abandonedAndStillThere',
    kind: 'stale pages kept',
    mistake:
      'A target that abandons a migration keeps the pages mapped, and a second attempt that places only where nothing is never replaces them.',
    edits: [{ file: hostsTarget, find: '  bitmap.clearAll(h.present)\n', put: '' }],
    swarms: ['retries'],
    runs: 3000
  },
  {
    name: 'hopOntoTheLastTargetsPages',
    kind: 'stale pages kept',
    mistake: 'The next target counts as having what the last one had.',
    edits: [{ file: hostsTarget, find: 'for (const of of [h.marks, h.present, h.trapped,', put: 'for (const of of [h.marks, h.trapped,' }],
    swarms: ['journeys'],
    runs: 3000
  },
  {
    name: 'retriedThoughUndecided',
    kind: 'split brain',
    mistake: 'A migration whose outcome is not known is tried again.',
    edits: [
      { file: 'lib/migration/retried.ts', find: "outcome.type !== 'aborted' || isOver", put: "outcome.type === 'completed' || isOver" }
    ],
    swarms: ['retries'],
    runs: 3000
  },
  {
    name: 'barrierAheadOfTheSocket',
    kind: 'an acknowledgement lost',
    mistake: 'A barrier waits for what was written to a connection, and not for what its socket still holds.',
    edits: [
      {
        file: outgoing,
        find: 'ahead: { bytes: ahead, written: job.finished, lost: left }',
        put: 'ahead: { bytes: ahead, written: (now) => { job.finished(now); left() }, lost: left }'
      }
    ],
    swarms: ['qemuPostcopies']
  },
  {
    name: 'writtenAndNeverLeft',
    kind: 'a page dropped',
    mistake: 'Of two batches that lie in a socket the later one is forgotten.',
    edits: [{ file: laneBuffer, find: '      written.push(entry)\n', put: '      if (written.length === 0) written.push(entry)\n' }],
    swarms: ['qemuPostcopies']
  },
  {
    name: 'socketOutlivingItsConnection',
    kind: 'stale pages kept',
    mistake: 'What lay in the socket when the connection broke counts as sent after the recovery.',
    edits: [{ file: hostsTarget, find: '  bitmap.markAll(h.owed, trapped)\n', put: '' }],
    swarms: ['qemuPostcopies']
  }
]
