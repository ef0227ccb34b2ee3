import { describe, expect, it } from 'vitest'
import { libIsPure, rxjsNamesAreChosen, waitingNamesItsScheduler } from './tidy/determinism'
import { house, sourcesOnDisk } from './tidy/house'
import type { Rule } from './tidy/rooms'
import { importsNameFiles, importsPointDown, importsPointLeft, packagesAreFew, roomsAreKnown } from './tidy/rooms'
import {
  exportsAreDocumented,
  filesAreNamedAfterExports,
  filesAreUsed,
  importingDoesNothing,
  indexIsComplete,
  namesSaySomething,
  wordsOfTheLanguageAreFew
} from './tidy/shape'

type Case = {
  readonly fact: string
  readonly rule: Rule
  /** Sources that keep the rule although they look close to breaking it. */
  readonly kept: Readonly<Record<string, string>>
  /** Sources that break it, each in every finding named by its key. */
  readonly broken: Readonly<Record<string, string>>
  /** What the rule says of the broken ones, whole. */
  readonly findings: readonly string[]
}

const cases: readonly Case[] = [
  {
    fact: 'lib, pipelines, properties, test: nothing imports to its right',
    rule: importsPointLeft,
    kept: { 'lib/time/a.ts': 'export const a = 1', 'pipelines/b.ts': "import { a } from '../lib/time/a'\nexport const b = a" },
    broken: {
      'lib/time/a.ts': "import { b } from '../../pipelines/b'\nexport const a = b",
      'pipelines/b.ts': 'export const b = 1',
      'properties/c.ts': "export type C = import('../test/d').D",
      'test/d.ts': "import { x } from '../.ci/x'\nexport type D = typeof x"
    },
    findings: [
      'lib/time/a.ts:1: lib imports pipelines/b.ts',
      'properties/c.ts:1: properties imports test/d.ts',
      'test/d.ts:1: test imports .ci/x'
    ]
  },
  {
    fact: 'every file of lib lies in a room of a floor',
    rule: roomsAreKnown,
    kept: { 'lib/time/a.ts': '', 'lib/loop.ts': '', 'lib/index.ts': '' },
    broken: { 'lib/cellar/a.ts': '', 'lib/attic.ts': '' },
    findings: ["lib/cellar/a.ts:1: 'cellar' is no room of a floor of lib", "lib/attic.ts:1: 'attic' is no room of a floor of lib"]
  },
  {
    fact: 'a file of lib imports from its own room or a lower floor',
    rule: importsPointDown,
    kept: {
      'lib/time/a.ts': 'export const a = 1',
      'lib/memory/b.ts': "import { a } from '../time/a'\nimport { c } from './c'\nexport const b = [a, c]",
      'lib/memory/c.ts': 'export const c = 1',
      'lib/guest/d.ts': "import { c } from '../memory/c'\nexport const d = c",
      'lib/index.ts': "export * from './memory/b'"
    },
    broken: {
      'lib/time/a.ts': "import { b } from '../memory/b'\nexport const a = b",
      'lib/memory/b.ts': "import { c } from '../network/c'\nexport const b = c",
      'lib/network/c.ts': "import { a } from '../index'\nexport const c = a",
      'lib/world/d.ts': "import type { e } from '../migration/e'\nexport const d = (f: typeof e) => f",
      'lib/migration/e.ts': "import { d } from '../world/d'\nexport const e = d",
      'lib/index.ts': "export * from './time/a'"
    },
    findings: [
      'lib/time/a.ts:1: time (floor 0) imports memory (floor 1)',
      'lib/memory/b.ts:1: memory (floor 1) imports network (floor 1)',
      'lib/network/c.ts:1: lib imports its own index',
      'lib/world/d.ts:1: world (floor 4) imports migration (floor 3)',
      'lib/migration/e.ts:1: migration (floor 3) imports world (floor 4)'
    ]
  },
  {
    fact: 'a relative import names a file, without extension',
    rule: importsNameFiles,
    kept: { 'lib/time/a.ts': "export * from './b'", 'lib/time/b.ts': '' },
    broken: { 'lib/time/a.ts': "export * from './b.js'\nexport * from '../stream'", 'lib/stream/index.ts': '', 'lib/time/b.ts': '' },
    findings: ["lib/time/a.ts:1: './b.js' is no file: lib/time/b.js.ts", "lib/time/a.ts:2: '../stream' is no file: lib/stream.ts"]
  },
  {
    fact: 'lib stands on rxjs and fp-ts; io-ts and node at its borders',
    rule: packagesAreFew,
    kept: {
      'lib/time/a.ts': "import { pipe } from 'fp-ts/lib/function'\nimport { map } from 'rxjs'\nexport const a = [pipe, map]",
      'lib/codec/b.ts': "import * as t from 'io-ts'\nimport { gunzipSync } from 'node:zlib'\nexport const b = [t, gunzipSync]",
      'pipelines/c.ts': "import { readFileSync } from 'node:fs'\nexport const c = readFileSync"
    },
    broken: {
      'lib/world/a.ts': "import * as t from 'io-ts'\nimport { join } from 'node:path'\nexport const a = [t, join]",
      'pipelines/b.ts': "import * as O from 'fp-ts/Option'\nexport const b = O.none",
      'lib/guest/c.ts': "import x from 'rxjsx'\nexport const c = x"
    },
    findings: [
      "lib/world/a.ts:1: world imports the package 'io-ts'",
      "lib/world/a.ts:2: world imports the package 'node:path'",
      "pipelines/b.ts:1: 'fp-ts/Option' fails in ES modules: fp-ts/lib/Option",
      "lib/guest/c.ts:1: guest imports the package 'rxjsx'"
    ]
  },
  {
    fact: 'lib reaches neither chance, nor the clock of the machine, nor its process',
    rule: libIsPure,
    kept: {
      'lib/guest/process.ts': [
        'export const process = { console: 1, performance: 2 }',
        'export const uses = (setTimeout: (n: number) => void) => [process.console, setTimeout(1)]',
        'export const fine = (d: Date) => [Math.max(1, 2), new Date(0), Date.UTC(2005, 4), d]',
        'export type Process = { readonly crypto: string; readonly process: number }'
      ].join('\n'),
      'lib/time/realTime.ts': 'export const now = () => Date.now()',
      'pipelines/a.ts': 'export const a = () => process.argv'
    },
    broken: {
      'lib/time/a.ts': [
        'export const a = () => Math.random()',
        'export const b = () => [Date.now(), new Date(), performance.now()]',
        'export const c = () => setTimeout(() => process.exit(), 1)',
        'export const { random } = Math',
        'export const d = () => globalThis.setInterval(() => console.log(1), 1)',
        'export const e = { process }'
      ].join('\n')
    },
    findings: [
      'lib/time/a.ts:1: Math.random in lib',
      'lib/time/a.ts:2: Date.now in lib',
      'lib/time/a.ts:2: new Date() in lib',
      'lib/time/a.ts:2: performance in lib',
      'lib/time/a.ts:3: setTimeout in lib',
      'lib/time/a.ts:3: process in lib',
      'lib/time/a.ts:4: Math as a value in lib',
      'lib/time/a.ts:5: globalThis in lib',
      'lib/time/a.ts:5: console in lib',
      'lib/time/a.ts:6: process in lib'
    ]
  },
  {
    fact: 'RxJS operators that wait are told on which scheduler',
    rule: waitingNamesItsScheduler,
    kept: {
      'lib/time/a.ts': [
        "import { bufferTime, delay, retry, shareReplay, timeout, timer, type SchedulerLike } from 'rxjs'",
        'export const a = (s: SchedulerLike, delayed: { delay: (n: number) => number }) => [',
        '  delay(1, s), timer(1, 2, s), bufferTime(1, null, 3, s), timeout({ each: 1, scheduler: s }),',
        '  delayed.delay(1), retry(3), shareReplay(1), retry({ delay: () => timer(1, s) })',
        ']'
      ].join('\n'),
      'lib/guest/b.ts': 'const delay = (n: number) => n\nexport const b = delay(1)'
    },
    broken: {
      'lib/time/a.ts': [
        "import * as rx from 'rxjs'",
        "import { delay as late, timer, timeout } from 'rxjs'",
        'export const a = [late(1), timer(0, 1000), timeout({ each: 1 }), rx.interval(5)]'
      ].join('\n'),
      'lib/time/later.ts':
        "export { debounceTime as calmed } from 'rxjs'\nimport { auditTime } from 'rxjs'\nexport { auditTime as looked }",
      'lib/time/latest.ts': "import { calmed as calm, looked } from './later'\nexport const b = [calm(1), looked(1)]",
      'properties/b.ts': "import { debounceTime } from 'rxjs/operators'\nexport const b = debounceTime(1)",
      'pipelines/c.ts': "import { retry, shareReplay } from 'rxjs'\nexport const c = [retry({ delay: 1 }), shareReplay(1, 2)]"
    },
    findings: [
      'lib/time/a.ts:3: delay without a scheduler',
      'lib/time/a.ts:3: timer without a scheduler',
      'lib/time/a.ts:3: timeout without a scheduler',
      'lib/time/a.ts:3: interval without a scheduler',
      'lib/time/latest.ts:2: debounceTime without a scheduler',
      'lib/time/latest.ts:2: auditTime without a scheduler',
      'properties/b.ts:2: debounceTime without a scheduler',
      'pipelines/c.ts:2: retry without a scheduler',
      'pipelines/c.ts:2: shareReplay without a scheduler'
    ]
  },
  {
    fact: 'the free function pipe is that of fp-ts, and lib uses no scheduler of the machine',
    rule: rxjsNamesAreChosen,
    kept: {
      'lib/time/a.ts':
        "import { of, queueScheduler } from 'rxjs'\nimport { pipe } from 'fp-ts/lib/function'\nexport const a = [of(1).pipe(), pipe(1), queueScheduler]",
      'pipelines/b.ts': "import { asyncScheduler } from 'rxjs'\nexport const b = asyncScheduler"
    },
    broken: {
      'lib/time/a.ts': "import { asyncScheduler, pipe } from 'rxjs'\nexport const a = [asyncScheduler, pipe]",
      'test/b.ts': "import * as rx from 'rxjs'\nexport const b = rx.pipe"
    },
    findings: [
      'lib/time/a.ts:1: asyncScheduler in lib',
      "lib/time/a.ts:1: pipe of rxjs: pipe is fp-ts's",
      "test/b.ts:2: pipe of rxjs: pipe is fp-ts's"
    ]
  },
  {
    fact: 'there are no enums, default exports, decorators or namespaces',
    rule: wordsOfTheLanguageAreFew,
    kept: { 'lib/time/a.ts': 'export const a = (n: number) => { switch (n) { default: return 1 } }' },
    broken: {
      'lib/time/a.ts': 'export enum A { x }\nexport default 1',
      'pipelines/b.ts': 'export default function f() {}\nexport namespace N { export const x = 1 }',
      'test/c.ts': 'const d = (c: unknown) => c as never\n@d class C {}\nexport { C }'
    },
    findings: [
      'lib/time/a.ts:1: enum A: a union of words',
      'lib/time/a.ts:2: default export',
      'pipelines/b.ts:1: default export',
      'pipelines/b.ts:2: namespace: a file',
      'test/c.ts:2: decorator'
    ]
  },
  {
    fact: 'every file exports something that another file, or a test, uses',
    rule: filesAreUsed,
    kept: {
      'lib/time/a.ts': 'export const a = 1',
      'lib/time/b.ts': "import { a } from './a'\nexport const b = a",
      'test/b.test.ts': "import { b } from '../lib/time/b'\nb",
      'pipelines/run.ts': 'export const run = 1',
      'properties/main.ts': "import { run } from '../pipelines/run'\nrun",
      'lib/index.ts': "export * from './time/a'"
    },
    broken: { 'lib/time/a.ts': 'const a = 1\na', 'lib/time/b.ts': 'export const b = 1', 'lib/index.ts': "export * from './time/b'" },
    findings: ['lib/time/a.ts:1: exports nothing', 'lib/time/b.ts:1: no export is used in another file']
  },
  {
    fact: 'every export has a doc comment',
    rule: exportsAreDocumented,
    kept: {
      'lib/time/a.ts': [
        '/** One. */\nexport const a = 1',
        '/** Two, of numbers or of words. */\nexport function b(x: number): number\nexport function b(x: string): string',
        'export function b(x: never) { return x }',
        '/** Three. */\nconst c = 3\nexport { c as d }'
      ].join('\n'),
      'lib/index.ts': "export * from './time/a'",
      'test/b.ts': 'export const b = 1'
    },
    broken: {
      'lib/time/a.ts':
        'export const a = 1\n// Not a doc comment.\nexport type B = 1\n/** @internal */\nexport interface C {}\nconst d = 1\nexport { d }'
    },
    findings: [
      'lib/time/a.ts:1: a has no doc comment',
      'lib/time/a.ts:3: B has no doc comment',
      'lib/time/a.ts:5: C has no doc comment',
      'lib/time/a.ts:6: d has no doc comment'
    ]
  },
  {
    fact: 'a file is named after what it exports',
    rule: filesAreNamedAfterExports,
    kept: {
      'lib/time/timeline.ts': 'export interface Timeline {}',
      'lib/time/timelineHeap.ts': 'export const sift = 1',
      'lib/memory/words.ts': 'export const wordsFor = 1',
      'lib/migration/stopRules.ts': 'export type StopRule = 1',
      'properties/publishedBubbling.ts': 'export const bubblingOSR2009 = 1',
      'lib/memory/order.ts': 'export const lexicographic = 1',
      'lib/index.ts': "export * as order from './memory/order'"
    },
    broken: { 'lib/time/clock.ts': 'export const a = 1\nexport type B = 2', 'lib/time/Heap.ts': 'export const heap = 1' },
    findings: [
      'lib/time/clock.ts:1: the file is named after none of its exports (a, B)',
      'lib/time/Heap.ts:1: the name of the file is not in camelCase'
    ]
  },
  {
    fact: 'no file or folder is called utils, common, helpers or misc',
    rule: namesSaySomething,
    kept: { 'lib/time/commonKnowledge.ts': '' },
    broken: { 'lib/time/utils.ts': '', 'test/helpers/a.ts': '', 'pipelines/common.test.ts': '' },
    findings: [
      'lib/time/utils.ts:1: the name says nothing',
      'test/helpers/a.ts:1: the name says nothing',
      'pipelines/common.test.ts:1: the name says nothing'
    ]
  },
  {
    fact: 'importing a file does nothing',
    rule: importingDoesNothing,
    kept: { 'lib/time/a.ts': "import { of } from 'rxjs'\nexport const a = of(1)", 'properties/main.ts': 'process.exit()' },
    broken: { 'lib/time/a.ts': "import 'rxjs'\nexport let a = 1\na += 1" },
    findings: [
      'lib/time/a.ts:1: a statement that runs when the file is imported',
      'lib/time/a.ts:2: a variable of the whole file',
      'lib/time/a.ts:3: a statement that runs when the file is imported'
    ]
  },
  {
    fact: 'every file of lib is exported by the index or marked @internal',
    rule: indexIsComplete,
    kept: {
      'lib/index.ts': "export * from './time/a'\nexport * as d from './time/d'",
      'lib/time/a.ts': "export { b } from './b'",
      'lib/time/b.ts': 'export const b = 1',
      'lib/time/c.ts': '/** Three. @internal */\nexport const c = 1',
      'lib/time/d.ts': 'export const d = 1'
    },
    broken: {
      'lib/index.ts': "import { a } from './time/a'\nexport const b = a",
      'lib/time/a.ts': '/** One. @internal */\nexport const a = 1\n/** Two. */\nexport const b = 2'
    },
    findings: [
      'lib/index.ts:1: the index does more than re-export',
      'lib/index.ts:2: the index does more than re-export',
      'lib/time/a.ts:1: lib/index.ts does not export it, and it is not marked @internal (npm run index)'
    ]
  }
]

const planted = (sources: Readonly<Record<string, string>>) => house(new Map(Object.entries(sources)))

describe('tidy', () => {
  const ours = house(sourcesOnDisk())

  for (const { fact, rule, kept, broken, findings } of cases) {
    it(fact, () => expect(rule(ours)).toEqual([]))
    it(`${fact}: a planted file that breaks it is found, one that looks like it is not`, () => {
      expect(rule(planted(broken))).toEqual(findings)
      expect(rule(planted(kept))).toEqual([])
    })
  }
})
