import { checkpointAccounts, savedPages } from '../../lib/checkpoint/accounts'
import { vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { run } from '../../lib/loop/run'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import { runFold } from '../../lib/stream/fold'
import { checkpointing } from '../../lib/world/checkpointing'
import { checkpointed } from '../../pipelines/checkpointed'
import { cpuNs } from './cpu'
import type { BenchResult } from './timeline'

/** A live checkpoint of a guest of 36 GiB that writes 600,000 pages a second (9 of 10 to a tenth of them) to four memory servers over 10 Gbit/s. Processor time. */
export const benchCheckpoint = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const pages = smoke ? 1 << 16 : 9_437_184
  const guest = vm({ pages, workload: hotCold({ pages, writesPerSecond: smoke ? 60_000 : 600_000 }) })
  const stores = Object.fromEntries(['m1', 'm2', 'm3', 'm4'].map((name) => [name, { type: 'server' } as const]))
  const journal: Entry[] = []
  const ns = cpuNs(() =>
    run(
      checkpointed({ to: Object.keys(stores) }),
      checkpointing({ guests: { guest }, stores, link: link({ gigabitsPerSecond: 10 }), fidelity: 'marks' }),
      {
        seed: 1
      }
    ).subscribe((entry) => journal.push(entry))
  )
  const [account] = runFold(checkpointAccounts, journal)
  return {
    name: 'checkpoint',
    figures: {
      pages,
      'virtual time, s': Math.round((account.to - account.from) / 1e6) / 1e3,
      interruptions: account.stops - 1,
      'saved pages': account.saved,
      'off the identity, pages': account.saved - savedPages(account),
      'longest stop, ms': Math.round(account.longestStopNs / 1e6),
      'processor time, s (target at most 5)': Math.round(ns / 1e6) / 1e3,
      'resident memory, MB': Math.round(process.memoryUsage().rss / 1e6)
    },
    hash: [account.saved, account.hash, account.skipped, account.to].map((n) => n.toString(16)).join('')
  }
}
