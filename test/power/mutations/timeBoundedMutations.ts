import type { Mutation } from '../mutation'

const walk = 'lib/migration/timeBounded.ts'
const tlm = 'pipelines/tlm.ts'

/** Mistakes in time-bounded migration: lib/migration/timeBounded.ts, pipelines/tlm.ts. */
export const timeBoundedMutations: readonly Mutation[] = [
  {
    name: 'mtxPlacesAlways',
    kind: 'placed or sent wrongly',
    mistake: 'What mtx sends is placed over what dtx has sent since.',
    edits: [
      {
        file: walk,
        find: "sender(walk.mtx, { place: 'ifAbsent', round: walk.interval })",
        put: "sender(walk.mtx, { place: 'always', round: walk.interval })"
      }
    ],
    swarms: ['tlms'],
    runs: 3000
  },
  {
    name: 'dtxPlacesIfAbsent',
    kind: 'placed or sent wrongly',
    mistake: 'What dtx sends does not replace what mtx has sent before.',
    edits: [{ file: walk, find: "sender(walk.dtx, { place: 'always', from", put: "sender(walk.dtx, { place: 'ifAbsent', from" }],
    swarms: ['tlms']
  },
  {
    name: 'noBarrierBeforeStage3',
    kind: 'two steps in the wrong order',
    mistake: 'Stage 3 begins while pages of dtx are on their way.',
    edits: [
      {
        file: walk,
        find: "      andKeep('flush', () => request({ type: 'flush' }))\n",
        put: "      andKeep('flush', () => request({ type: 'wake', afterNs: 0 }))\n"
      }
    ],
    swarms: ['tlms'],
    runs: 3000
  },
  {
    name: 'updateNotOwed',
    kind: 'a page dropped',
    mistake: 'dtx does not take over what an update names.',
    edits: [{ file: walk, find: 'pageSet.union(updated.right.dtx, dirty)', put: 'updated.right.dtx' }],
    swarms: ['tlms']
  },
  {
    name: 'dtxForgetsUnsent',
    kind: 'a page dropped',
    mistake: 'What dtx had not sent when it was held is forgotten.',
    edits: [{ file: walk, find: 'const dtx = without(walk.dtx, ended.dtx.right)', put: 'const dtx = pageSet.empty(walk.dtx.size)' }],
    swarms: ['tlms']
  },
  {
    name: 'mtxForgetsUnsent',
    kind: 'a page dropped',
    mistake: 'What mtx had not walked over when it was held is taken for walked over.',
    edits: [{ file: walk, find: 'mtx: without(walk.mtx, ended.mtx.right)', put: 'mtx: pageSet.empty(walk.mtx.size)' }],
    swarms: ['tlms']
  },
  {
    name: 'selectedBeforeTracked',
    kind: 'two steps in the wrong order',
    mistake: 'The pages are named before the log is on.',
    edits: [
      {
        file: walk,
        find: "    request({ type: 'track', on: true }),\n    andThen('select', () => request({ type: 'select', level })),\n",
        put: "    request({ type: 'select', level }),\n    andKeep('track', () => request({ type: 'track', on: true })),\n"
      }
    ],
    swarms: ['tlms'],
    runs: 3000
  },
  {
    name: 'residualOfMtxAlone',
    kind: 'a page dropped',
    mistake: 'Stage 3 owes what mtx has left, and not what dtx has.',
    edits: [{ file: walk, find: 'owed: pageSet.union(mtx, dtx), reason', put: 'owed: mtx, reason' }],
    swarms: ['tlms']
  },
  {
    name: 'leftPinned',
    kind: 'left behind',
    mistake: 'A guest that stays at the source stays on few cores.',
    edits: [{ file: tlm, find: 'unpinned((rules.overcommit ?? []).length > 0)', put: 'unpinned(false)' }],
    swarms: ['tlms']
  }
]
