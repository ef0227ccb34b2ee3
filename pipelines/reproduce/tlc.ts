import { lastValueFrom } from 'rxjs'
import { type Account, checkpointAccounts, savedPages } from '../../lib/checkpoint/accounts'
import type { ImagingMethod } from '../../lib/checkpoint/imaging'
import { tlc as live, stopAndSave } from '../../lib/checkpoint/tlc'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { run } from '../../lib/loop/run'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import type { Seed } from '../../lib/random/random'
import { folded } from '../../lib/stream/fold'
import { checkpointing } from '../../lib/world/checkpointing'
import { checkpointed } from '../checkpointed'
import type { Reproduced, Reproduction, Verdict } from './reproduction'

/** The published figures of TLC, live checkpointing (Chanchio et al., NCA 2011): pages of an image by kind, longest stop and overhead against a stop and save. */
export const tlc: Reproduction = {
  name: 'tlc',
  sentence: 'live checkpoints of four NAS kernels: the pages of an image by kind, its longest stop and its overhead against stop and save',
  source: 'Chanchio et al., NCA 2011',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    const rows: Row[] = []
    for (const kernel of kernels) {
      await progress(`checkpoints of ${kernel.name}`)
      rows.push({
        kernel,
        model: await accountOf(kernel, live(), LIVE_PAGE_NS, seed),
        saved: await accountOf(kernel, stopAndSave, PAGE_NS, seed)
      })
    }
    const pages = { unit: 'pages', decimals: 0 } as const
    return {
      tables: [
        {
          title: 'the pages of an image',
          columns: [
            { name: 'kernel' },
            { name: 'of' },
            { name: 'working set', ...pages },
            { name: 'hash', ...pages },
            { name: 'skipped', ...pages },
            { name: 'dropped', ...pages },
            { name: 'saved', ...pages },
            { name: 'identity off by', ...pages }
          ],
          rows: rows.flatMap(({ kernel: { name, published }, model }) => [
            [
              name,
              'published',
              published.workingSet,
              published.hash,
              published.skipped,
              published.dropped,
              published.saved,
              off(published)
            ],
            ['', 'model', model.workingSet, model.hash, model.skipped, model.dropped, model.saved, off(model)],
            ['', 'deviation, %', ...figures.map((figure) => round(percent(model[figure], published[figure]))), undefined]
          ])
        },
        {
          title: 'against a stop and save of the same guest (its time is 1)',
          columns: [
            { name: 'kernel' },
            { name: 'longest stop, published', decimals: 2 },
            { name: 'model', decimals: 2 },
            { name: 'overhead, published', decimals: 2 },
            { name: 'model', decimals: 2 },
            { name: 'until saved, published' },
            { name: 'model', decimals: 2 },
            { name: 'interruptions' },
            { name: 'stop and save', unit: 's', decimals: 2 }
          ],
          rows: rows.map((row) => [
            row.kernel.name,
            row.kernel.published.longestStop,
            longestStop(row),
            row.kernel.published.overhead ?? 'small',
            overhead(row),
            '1.6 to 1.9',
            latency(row),
            row.model.stops - 1,
            row.saved.longestStopNs / 1e9
          ])
        }
      ],
      verdicts: verdictsOf(rows),
      notes
    }
  }
}

type Published = Readonly<Record<(typeof figures)[number], number>> & {
  readonly longestStop: number
  readonly overhead: number | undefined
}
type Row = { readonly kernel: Kernel; readonly model: Account; readonly saved: Account }

/**
 * A kernel as published, and the guest that stands for it: `vcpus` virtual CPUs write `region` pages from page `from` of the working set on, one after the other and again and again, `dirtyPer100ms` in 100 ms.
 */
type Kernel = {
  readonly name: string
  readonly vmPages: number
  readonly dirtyPer100ms: number
  readonly region: number
  readonly from: number
  readonly vcpus: number
  readonly published: Published
}

const figures = ['workingSet', 'hash', 'skipped', 'dropped', 'saved'] as const

const kernels: readonly Kernel[] = [
  {
    name: 'EP',
    vmPages: 133_184,
    dirtyPer100ms: 400,
    region: 1481,
    from: 26_702,
    vcpus: 1,
    published: { workingSet: 108_289, hash: 1692, skipped: 1173, dropped: 308, saved: 108_500, longestStop: 0.03, overhead: undefined }
  },
  {
    name: 'MG',
    vmPages: 264_256,
    dirtyPer100ms: 35_191,
    region: 83_299,
    from: 30_743,
    vcpus: 8,
    published: { workingSet: 237_016, hash: 112_460, skipped: 64_853, dropped: 38_086, saved: 246_537, longestStop: 0.31, overhead: 0.95 }
  },
  {
    name: 'IS',
    vmPages: 526_400,
    dirtyPer100ms: 14_165,
    region: 256_752,
    from: 114_755,
    vcpus: 8,
    published: { workingSet: 400_196, hash: 273_754, skipped: 191_077, dropped: 11_762, saved: 471_112, longestStop: 0.08, overhead: 0.57 }
  },
  {
    name: 'FT',
    vmPages: 526_400,
    dirtyPer100ms: 26_436,
    region: 316_788,
    from: 0,
    vcpus: 1,
    published: { workingSet: 462_750, hash: 325_022, skipped: 169_798, dropped: 14_446, saved: 603_529, longestStop: 0.08, overhead: 0.53 }
  }
]

/** One page in a stop and save; in a live checkpoint, whose thread takes locks and looks into the table; into the table; and a page of the machine looked at in the last stop. */
const PAGE_NS = 6500
const LIVE_PAGE_NS = 1.8 * PAGE_NS
const COPY_NS = 2300
const LOOK_NS = 0.021 * PAGE_NS
const HEADER_BYTES = 8
const PAGE_BYTES = 4096

const accountOf = async (kernel: Kernel, method: ImagingMethod, pageNs: number, seed: Seed): Promise<Account> => {
  const { vmPages, region, from, vcpus, dirtyPer100ms, published } = kernel
  const bytes = PAGE_BYTES + HEADER_BYTES
  const guest = vm({
    pages: vmPages,
    classes: pageClasses({ size: vmPages, guestOs: pageSet.range(vmPages, 0, published.workingSet) }),
    // The walk through the machine's pages in the last stop takes as long as so many bytes at the live rate.
    contextBytes: Math.round((LOOK_NS * vmPages * bytes) / LIVE_PAGE_NS),
    workload: sweep({ pages: region, from, writesPerSecond: dirtyPer100ms * 10, vcpus })
  })
  const world = checkpointing({
    guests: { guest },
    stores: { file: { type: 'file', bytesPerSecond: (bytes * 1e9) / PAGE_NS } },
    fidelity: 'marks',
    copyPageNs: COPY_NS,
    host: { sendPageNs: pageNs }
  })
  const [account] = await lastValueFrom(run(checkpointed({ to: ['file'], method }), world, { seed }).pipe(folded(checkpointAccounts)))
  return account
}

const off = (row: Readonly<Record<(typeof figures)[number], number>>): number => row.saved - savedPages(row)
const percent = (model: number, published: number): number => (model / published - 1) * 100
const round = (of: number): string => of.toFixed(1)
const longestStop = ({ model, saved }: Row): number => model.longestStopNs / saved.longestStopNs
const overhead = ({ model, saved }: Row): number => model.stoppedNs / saved.stoppedNs
const latency = ({ model, saved }: Row): number => (model.to - model.from) / (saved.to - saved.from)

const verdictsOf = (rows: readonly Row[]): readonly Verdict[] => {
  const within = (text: string, limit: number, unit: string, worst: number): Verdict => ({
    text: `${text} within ${limit}${unit} (at most ${worst.toFixed(unit === '' ? 2 : 1)}${unit})`,
    holds: worst <= limit
  })
  const most = (of: (row: Row) => number): number => Math.max(...rows.map((row) => Math.abs(of(row))))
  const deviation = (figure: (typeof figures)[number]) => most(({ model, kernel }) => percent(model[figure], kernel.published[figure]))
  const known = rows.filter(({ kernel }) => kernel.published.overhead !== undefined)
  return [
    within(
      'the identity on the published rows',
      1,
      ' pages',
      most(({ kernel }) => off(kernel.published))
    ),
    within(
      'the identity in the model',
      0,
      ' pages',
      most(({ model }) => off(model))
    ),
    within('saved pages', 5, ' %', deviation('saved')),
    within('hash pages', 10, ' %', deviation('hash')),
    within('skipped pages', 15, ' %', deviation('skipped')),
    within('dropped pages', 15, ' %', deviation('dropped')),
    within(
      'longest stop',
      0.05,
      '',
      most((row) => longestStop(row) - row.kernel.published.longestStop)
    ),
    within('overhead', 0.15, '', Math.max(...known.map((row) => Math.abs(overhead(row) - row.kernel.published.overhead!)))),
    {
      text: `until saved in 1.6 to 1.9 times a stop and save (${rows.map((row) => latency(row).toFixed(2)).join(', ')})`,
      holds: rows.every((row) => latency(row) >= 1.6 && latency(row) <= 1.9)
    }
  ]
}

const notes: readonly string[] = [
  'Given: pages of the machine and of the working set, dirty pages per 100 ms of MG, IS and FT (of EP, not published, 400 are assumed), and the interval of 100 ms. Fitted for each kernel: how many pages it writes in turn, where they lie and on how many virtual CPUs, to the hash and the skipped pages. Saved and dropped pages follow.',
  'Fitted in common: to save a page takes a live checkpoint 1.8 times as long as a stop and save, and its last stop looks at every page of the machine, for 0.021 of that time each (two parameters for four published stops); 6.5 µs a page, and 2.3 µs to copy one into the table (for three published overheads).',
  'The hash counts the pages of the table and those of the last stop: only so is the published identity one of pages. It does not say how many the last stop wrote; our dropped pages are those of them that were in the table.',
  'Where it misses. Dropped pages: they are those of the last interval, and how far into it the bulk comes to its end is chance (in the model a third of an interval for EP and FT; MG’s 35,191 pages per 100 ms are a mean, and a last interval that writes 38,086 is none of ours). The overhead of IS: its interruptions cost more than the pages that they copy explain; its writes are scattered. The time until saved: one rate stands for the bulk, the table and the last stop, and the published stops ask for a slower one than the published times.'
]
