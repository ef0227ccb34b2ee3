import type { Mutation } from '../mutation'

const lanes = 'lib/protocol/lanes.ts'
const phase = 'lib/protocol/phase.ts'
const pipeline = 'lib/protocol/pipeline.ts'
const guarded = 'lib/protocol/guarded.ts'
const noting = 'lib/protocol/noting.ts'

/** Mistakes in how phases are run, addressed and combined: lib/protocol/*.ts. */
export const protocolMutations: readonly Mutation[] = [
  {
    name: 'answersToTheOtherLane',
    kind: 'the wrong lane or address',
    mistake: 'An answer goes to the lane beside the one that asked.',
    edits: [
      {
        file: lanes,
        find: '(name) => asSeenBy(name, signal)',
        put: '(name) => asSeenBy(names[(names.indexOf(name) + 1) % names.length], signal)'
      }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'answersToEveryLane',
    kind: 'the wrong lane or address',
    mistake: 'An answer goes to every lane, as a fact does.',
    edits: [{ file: lanes, find: "const inner = lane === name ? '' :", put: "const inner = lane !== '' ? '' :" }],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'ordersWithoutALane',
    kind: 'the wrong lane or address',
    mistake: 'Orders of a lane leave under the address of the whole, and nobody hears their answers.',
    edits: [{ file: lanes, find: "lane: r.lane === '' ? name :", put: "lane: r.lane === '' ? '' :" }],
    swarms: ['postcopies']
  },
  {
    name: 'lanesEndingWithTheFirst',
    kind: 'an acknowledgement lost',
    mistake: 'Lanes end when the first of them does.',
    edits: [{ file: lanes, find: "phases.every(({ type }) => type === 'done')", put: "phases.some(({ type }) => type === 'done')" }],
    swarms: ['postcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'lanesNeverWoundUp',
    kind: 'an acknowledgement lost',
    mistake: 'The end of the lane that owes is not told to the others.',
    edits: [{ file: lanes, find: '!wounded && until >= 0 &&', put: 'false &&' }],
    swarms: ['postcopies']
  },
  {
    name: 'lanesWoundAgainAndAgain',
    kind: 'the wrong lane or address',
    mistake: 'That the others have been told is forgotten.',
    edits: [
      {
        file: lanes,
        find: 'settle(lanes, next, phases, true, [...requests, ...more])',
        put: 'settle(lanes, next, phases, false, [...requests, ...more])'
      }
    ],
    swarms: ['postcopies']
  },
  {
    name: 'laneDeafAfterTheFirst',
    kind: 'an acknowledgement lost',
    mistake: 'When one lane has taken a signal the others do not hear it.',
    edits: [{ file: lanes, find: 'if (!step) continue\n', put: 'if (!step || next !== undefined) continue\n' }],
    swarms: ['postcopies', 'hybrids'],
    runs: 2000
  },
  {
    name: 'ordersOfALaneLost',
    kind: 'a page dropped',
    mistake: 'Of what several lanes ask for at once only the last is sent.',
    edits: [
      {
        file: lanes,
        find: 'requests = [...requests, ...onLane(names[i], step.requests)]',
        put: 'requests = onLane(names[i], step.requests).slice(1)'
      }
    ],
    swarms: ['postcopies', 'hybrids']
  },
  {
    name: 'answersByLaneOnly',
    kind: 'the wrong lane or address',
    mistake: 'A phase takes any answer of its lane for the one it waits for.',
    edits: [{ file: phase, find: " && signal.to.lane === '' && signal.to.tag === tag", put: " && signal.to.lane === ''" }],
    swarms: ['switches'],
    runs: 2000
  },
  {
    name: 'refusalTakenForAnAnswer',
    kind: 'a failure taken for something else',
    mistake: 'A refused order counts as done.',
    edits: [
      { file: phase, find: "return done(signal.type === 'refused' ? E.left(failure(order.type, signal.reason)) : ", put: 'return done(' }
    ],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'failureNotHandedOn',
    kind: 'a failure taken for something else',
    mistake: 'A sequence goes on after a phase that failed.',
    edits: [
      {
        file: phase,
        find: '(E.isLeft(result) ? done<E.Either<Failure, B>>(result) : then(result.right))',
        put: 'then((E.isLeft(result) ? result.left : result.right) as A)'
      }
    ],
    swarms: ['stopAndCopies', 'precopies']
  },
  {
    name: 'loopWithItsFirstState',
    kind: 'off by one',
    mistake: 'Every turn of a loop is judged by the state in which the loop began.',
    edits: [{ file: phase, find: 'return step && turn(current, step)', put: 'return step && turn(start, step)' }],
    swarms: ['precopies', 'hybrids']
  },
  {
    name: 'loopRepeatingItsOrders',
    kind: 'placed or sent wrongly',
    mistake: 'Orders belong to the state and not to the transition: a loop that comes back gives them again.',
    edits: [
      {
        file: phase,
        find: 'requests = requests.length === 0 ? step.requests : [...requests, ...step.requests]',
        put: 'requests = [...requests, ...step.requests, ...step.requests]'
      }
    ],
    swarms: ['precopies']
  },
  {
    name: 'numbersFromTheStart',
    kind: 'the wrong lane or address',
    mistake: 'Each step numbers its orders from 0 on.',
    edits: [{ file: pipeline, find: 'lane, tag, n: n + i }', put: 'lane, tag, n: i }' }],
    swarms: ['stopAndCopies']
  },
  {
    name: 'numbersOneTooFew',
    kind: 'off by one',
    mistake: 'The first order of a step has the number of the last before it.',
    edits: [{ file: pipeline, find: '{ phase, n: n + requests.length }', put: '{ phase, n: Math.max(0, n + requests.length - 1) }' }],
    swarms: ['stopAndCopies', 'postcopies']
  },
  {
    name: 'guardSwallowingItsSignal',
    kind: 'an acknowledgement lost',
    mistake: 'The signal at which a phase is told to wind down is not delivered to it: an answer or a sync is lost.',
    edits: [{ file: guarded, find: "survivor.phase.type === 'awaiting' ? survivor.phase.on(signal) : undefined", put: 'undefined' }],
    swarms: ['switches'],
    runs: 2000
  },
  {
    name: 'guardDroppingOrders',
    kind: 'a page dropped',
    mistake: 'What a phase asks for when it winds down is not sent.',
    edits: [{ file: guarded, find: 'requests: [...survivor.requests, ...heard.requests]', put: 'requests: heard.requests' }],
    swarms: ['switches'],
    runs: 3000
  },
  {
    name: 'guardTellingAgain',
    kind: 'placed or sent wrongly',
    mistake: 'A phase that winds down is told so again at each further signal for which the condition holds.',
    edits: [{ file: guarded, find: 'if (cause !== undefined || !when(signal)) {', put: 'if (!when(signal)) {' }],
    swarms: ['switches'],
    runs: 2000
  },
  {
    name: 'woundNotSticking',
    kind: 'an acknowledgement lost',
    mistake: 'A wound that comes between two requests is forgotten, and the push goes on.',
    edits: [{ file: noting, find: "const now = wounded || signal.type === 'wound'", put: 'const now = wounded' }],
    swarms: ['switches'],
    runs: 2000
  }
]
