import { type NpbName, npbFacts } from '../../lib/guest/npbArrays'
import type { Verdict } from './reproduction'
import { modeName, type publishedAutoConverge, type publishedKvm, type TlmMode } from './tlmPublished'
import type { Ran } from './tlmRuns'

/** A mode of a benchmark: published and modelled. */
export type ModeRow = { readonly name: NpbName; readonly mode: TlmMode; readonly published: readonly [number, number]; readonly model: Ran }
/** A point of kvm's pre-copy: published and modelled. */
export type KvmRow = (typeof publishedKvm)[number] & { readonly model: Ran }
/** A run of kvm with auto-converge and one of TLM: published and modelled. */
export type ComparedRow = (typeof publishedAutoConverge)[number] & { readonly modelKvm: Ran; readonly modelTlm: Ran | undefined }

/** How far the model is from what was published, in per cent. */
export const percent = (model: number, published: number): number | undefined =>
  published === 0 ? undefined : (model / published - 1) * 100

/** Live and down. */
export const total = ({ live, down }: Ran): number => live + down

const worst = (of: readonly number[]): number => of.reduce((most, one) => Math.max(most, Math.abs(one)), 0)

/** What the modes come to: deviations, and orders of two of them. */
export const modeVerdicts = (rows: readonly ModeRow[]): readonly Verdict[] => {
  const offline = rows.filter(({ mode }) => mode === 'OFFLINE').map(({ published, model }) => percent(model.down, published[1])!)
  const own = rows.filter(({ mode }) => mode === 'TLM' || mode === 'TLM.1S')
  const live = own.map(({ published, model }) => percent(model.live, published[0])!)
  const farDown = own.filter(
    ({ published, model }) => Math.abs(percent(model.down, published[1])!) > 30 && Math.abs(model.down - published[1]) > 0.5
  )
  const [liveOrders, downOrders] = [0, 1].map((which) => orderings(rows, which as 0 | 1))
  return [
    { text: `OFFLINE within 5.3 % (at most ${worst(offline).toFixed(1)} %)`, holds: worst(offline) <= 5.3 },
    { text: `TLM and TLM.1S: every live time within 10 % (at most ${worst(live).toFixed(1)} %)`, holds: worst(live) <= 10 },
    {
      text: `TLM and TLM.1S: every downtime within 30 % or 0.5 s (${farDown.length === 0 ? 'all' : `not ${farDown.map(({ name, mode }) => `${name} ${modeName(mode)}`).join(', ')}`})`,
      holds: farDown.length === 0
    },
    orderVerdict('live', liveOrders),
    orderVerdict('down', downOrders)
  ]
}

type Orders = { readonly asked: number; readonly missed: readonly string[] }

/** Pairs of modes of one benchmark whose published times differ by more than 5 %, and those of them that come in the other order (or as equals). */
const orderings = (rows: readonly ModeRow[], which: 0 | 1): Orders => {
  const figure = ({ model }: ModeRow): number => (which === 0 ? model.live : model.down)
  const pairs = rows.flatMap((a, i) =>
    rows
      .slice(i + 1)
      .filter((b) => b.name === a.name && a.published[which] > 0 && b.published[which] > 0)
      .map((b) => (a.published[which] < b.published[which] ? ([a, b] as const) : ([b, a] as const)))
      .filter(([low, high]) => high.published[which] > 1.05 * low.published[which])
  )
  const missed = pairs.filter(([low, high]) => figure(low) >= figure(high))
  return { asked: pairs.length, missed: missed.map(([low, high]) => `${low.name} ${modeName(low.mode)} < ${modeName(high.mode)}`) }
}

const orderVerdict = (what: string, { asked, missed }: Orders): Verdict => ({
  text: `${what} times: every order of two modes that differ by more than 5 % (${asked - missed.length} of ${asked}${missed.length === 0 ? '' : `; not ${missed.join(', ')}`})`,
  holds: missed.length === 0
})

/** Whether kvm's points converge that do, and do not that do not. */
export const kvmVerdicts = (rows: readonly KvmRow[]): readonly Verdict[] => {
  const outlasting = rows.filter(({ times }) => times[0] > npbFacts.MG.takesS!)
  const others = rows.filter((row) => !outlasting.includes(row))
  const names = (of: readonly KvmRow[]): string => of.map(({ kvm, limitS }) => `kvm ${kvm} at ${limitS} s`).join(', ')
  const converged = others.filter(({ model }) => model.ended)
  return [
    {
      text: `points that outlast MG's own 1363 s (${names(outlasting)}) do not converge while MG runs`,
      holds: outlasting.every(({ model }) => !model.ended)
    },
    { text: `the other points converge (${converged.length} of ${others.length})`, holds: converged.length === others.length }
  ]
}

/** What becomes of the claim of the slides, and who is faster. */
export const comparedVerdicts = (rows: readonly ComparedRow[]): readonly Verdict[] => {
  const ratios = rows.flatMap(({ kvm, tlm: own, modelKvm, modelTlm }) =>
    own === undefined || modelTlm === undefined
      ? []
      : [{ published: own[0] / kvm[0], model: modelKvm.ended ? total(modelTlm) / total(modelKvm) : 0 }]
  )
  const range = (of: readonly number[]): string => `${Math.min(...of).toFixed(2)} to ${Math.max(...of).toFixed(2)}`
  const [published, model] = [ratios.map((one) => one.published), ratios.map((one) => one.model)]
  const sides = ratios.filter((one) => one.published < 1 === one.model < 1)
  return [
    {
      text: `the slides' claim "0.25 to 0.5 of the time of qemu-1.6.0" (the paper's own table: ${range(published)}; the model: ${range(model)}, 0 where kvm does not converge)`,
      holds: Math.max(...model) <= 0.5 && Math.min(...model) >= 0.25
    },
    {
      text: `TLM is faster than kvm 1.6 where the table says so, and slower where it says that (${sides.length} of ${ratios.length})`,
      holds: sides.length === ratios.length
    }
  ]
}
