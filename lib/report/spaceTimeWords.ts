import { type PageSequence, toArray } from '../memory/pageSequence'
import { has, runs } from '../memory/pageSet'
import { isChipOrder } from '../protocol/chip'
import type { Of, Order, Pages } from '../protocol/command'
import { isKernelOrder } from '../protocol/process'
import type { SentInPart, Signal } from '../protocol/signal'
import { formatTime } from '../time/time'
import { formatBytes, formatNumber } from './numbers'
import { chipOrderInWords, chipSignalInWords } from './spaceTimeChipWords'
import { clusterOrderInWords, clusterSignalInWords } from './spaceTimeClusterWords'
import { kernelOrderInWords, kernelSignalInWords } from './spaceTimeKernelWords'
import { threadOrderInWords, threadSignalInWords } from './spaceTimeThreadWords'

/** Pages for people: `no pages`, `page 7`, `all 64 pages`, `pages 0-3, 9`, `112 pages: 0-3, 9, 12, …`; at most `most` runs. A sequence keeps its order. @internal */
export const pagesInWords = (pages: Pages, most = 6, of?: Of): string => {
  const [one, many] = of === 'disk' ? ['block', 'blocks'] : ['page', 'pages']
  const count = pages.type === 'PageSet' ? pages.count : pages.length
  if (count === 0) return `no ${many}`
  if (pages.type === 'PageSet' && count === pages.size && count > 1) return `all ${formatNumber(count)} ${many}`
  const list: string[] = []
  for (const [from, to] of pages.type === 'PageSet' ? runs(pages) : runsOf(pages)) {
    if (list.length === most) return `${formatNumber(count)} ${many}: ${list.join(', ')}, …`
    list.push(to - from === 1 ? `${from}` : `${from}-${to - 1}`)
  }
  return `${count === 1 ? one : many} ${list.join(', ')}`
}

/** An order in a few words, as the one who gives it would say it. @internal */
export const orderInWords = (order: Order): string => {
  switch (order.type) {
    case 'preselect':
      return 'which host takes the guest?'
    case 'reserve':
      return 'reserve memory'
    case 'select':
      return `which ${order.of === 'disk' ? 'blocks' : 'pages'} are there, as the ${levels[order.level]} sees it?`
    case 'track':
      return `${order.on ? 'begin to log' : 'stop logging'} writes${toDisk(order)}`
    case 'sync':
      return `read and clear the dirty log${ofDisk(order)}`
    case 'send':
      return `send ${pagesInWords(order.pages, 6, order.of)}${inBrackets(detailsOf(order))}`
    case 'discard':
      return `drop ${pagesInWords(order.pages, 6, order.of)}`
    case 'flush':
      return 'has all arrived?'
    case 'dump':
      return `write ${pagesInWords(order.pages)} into a file`
    case 'rebuild':
      return `make memory of ${pagesInWords(order.pages)} out of files`
    case 'plug':
      return order.on ? 'plug the devices in again' : 'unplug the devices that cannot move'
    case 'pause':
      return 'pause the guest'
    case 'sendContext':
      return 'send the execution context'
    case 'redirect':
      return 'redirect the network to the target'
    case 'commit':
      return 'commit: the guest is yours'
    case 'resume': {
      const missing = order.missing === undefined || order.missing.count === 0 ? [] : [`trap ${pagesInWords(order.missing, 4)}`]
      return `resume the guest at the ${order.where}${inBrackets(missing)}`
    }
    case 'release':
      return 'let go of the guest'
    case 'inquire':
      return 'whose is the guest, and what is missing?'
    case 'throttle':
      return order.fraction === 0 ? 'let the guest run at full speed' : `slow the guest down by ${Math.round(order.fraction * 1000) / 10} %`
    case 'dirtyLimit':
      return `let each virtual CPU dirty ${formatBytes(order.bytesPerSecond)}/s (rings of ${order.ringPages} pages, measured every ${formatTime(order.periodNs)})`
    case 'pin':
      return order.cores === null ? 'let the virtual CPUs run on any core' : `put all virtual CPUs on ${order.cores} cores`
    case 'wake':
      return `wake me after ${formatTime(order.afterNs)}`
    case 'cancel':
      return `cancel send ${order.tag} of this lane`
    case 'abandon':
      return 'give up: drop the reservation and all copies'
    case 'open': {
      const since = order.parent === undefined ? [] : [`what changed since ${order.parent}`]
      return `begin image ${order.image} at ${order.stores.join(', ')}${inBrackets(since)}`
    }
    case 'stash':
      return `copy ${pagesInWords(order.pages)} into the table of ${order.image}`
    case 'write':
      return `write ${pagesInWords(order.pages)}${inBrackets([sections[order.section], ...(order.unless === undefined ? [] : ['unless stashed'])])}`
    case 'seal':
      return `seal ${order.image}`
    case 'drop':
      return `drop ${order.image}`
    case 'catalogue':
      return 'which images are there?'
    case 'restore':
      return `load ${order.image}${inBrackets([sections[order.section]])}`
    default:
      if (isKernelOrder(order)) return kernelOrderInWords(order)
      if (order.type === 'act') return threadOrderInWords(order.action)
      return isChipOrder(order) ? chipOrderInWords(order) : clusterOrderInWords(order)
  }
}

const sentInPart = ({ pages, of }: SentInPart): string =>
  `, when ${formatNumber(pages)} ${of === 'disk' ? 'block' : 'page'}${pages === 1 ? '' : 's'} had left`

/** An answer or a fact in a few words; `asked` is the order that it answers, where the journal has it. @internal */
export const signalInWords = (signal: Signal, asked: Order | undefined): string => {
  switch (signal.type) {
    case 'done':
      if (asked?.type === 'track') return `writes${toDisk(asked)} are logged${asked.on ? '' : ' no more'}`
      return asked === undefined ? 'done' : (doneInWords[asked.type] ?? 'done')
    case 'refused':
      return `refused: ${signal.reason}${signal.sent === undefined ? '' : sentInPart(signal.sent)}`
    case 'preselected':
      return `host ${signal.host}`
    case 'reserved':
      return `reserved ${formatBytes(signal.bytes)}`
    case 'selected': {
      const fixed = signal.nonPageable.count === 0 ? [] : [`${pagesInWords(signal.nonPageable, 3)} must move while it stands still`]
      return `there: ${pagesInWords(signal.pages, 6, signal.of)}${inBrackets(fixed)}`
    }
    case 'sent': {
      const left = signal.skipped.count === 0 ? [] : [`left out ${pagesInWords(signal.skipped, 4, signal.of)}`]
      return `sent ${pagesInWords(signal.pages, 6, signal.of)}${inBrackets([formatBytes(signal.bytes), ...left])}`
    }
    case 'cancelled':
      return `cancelled; not sent: ${pagesInWords(signal.unsent)}`
    case 'suspended':
      return 'the guest is paused'
    case 'redirected':
      return 'the network delivers to the target'
    case 'committed':
      return 'committed: the guest is mine'
    case 'activated':
      return `the guest runs at the ${signal.where}`
    case 'standing':
      return `the guest is the ${signal.primary}'s; missing: ${pagesInWords(signal.missing)}`
    case 'released':
      return signal.needs.length === 0 ? 'let go; nothing is needed any more' : `let go; still needed: ${signal.needs.join(', ')}`
    case 'synced':
      return signal.dirty.count === 0
        ? `nothing was written${toDisk(signal)}`
        : `written since: ${pagesInWords(signal.dirty, 6, signal.of)}`
    case 'round':
      return `round ${signal.round}${ofDisk(signal)} begins: ${counted(signal.pages, unitOf(signal))}`
    case 'progress':
      return `so far ${counted(signal.pages, unitOf(signal))}, ${formatBytes(signal.bytes)}`
    case 'faulted':
      return `virtual CPU ${signal.vcpu} stops at missing page ${signal.page}`
    case 'device':
      return `device ${signal.device} ${signal.done}${inBrackets(deviceDetails(signal))}`
    case 'exited':
      return 'the guest has ended'
    case 'failed':
      return signal.reason === `the ${signal.what} failed` ? `the ${signal.what} fails` : `the ${signal.what} fails: ${signal.reason}`
    case 'mended':
      return signal.what === 'link' ? 'the link is back; what was on its way is lost' : 'the machine is back, without its guest'
    case 'wound':
      return 'wind down'
    case 'hosts':
      return `${runningInWords(signal.running)}; the ${signal.primary}'s copy counts`
    case 'compared':
      return comparedInWords(signal)
    case 'stashed':
      return `copied; ${counted(signal.pages, 'page')} in the table`
    case 'sealed':
      return `sealed ${signal.image}: ${counted(signal.pages, 'page')}, ${formatBytes(signal.bytes)}`
    case 'catalogued':
      return signal.images.length === 0 ? 'no image is there' : `there: ${signal.images.map(({ image }) => image).join(', ')}`
    case 'loaded':
      return `loaded ${counted(signal.pages, 'page')}, ${formatBytes(signal.bytes)}`
    case 'storeFailed':
      return signal.reason === `${signal.store} failed` ? `store ${signal.store} fails` : `store ${signal.store} fails: ${signal.reason}`
    case 'verified':
      return `${signal.image} ${signal.when}: ${signal.lost.count === 0 ? 'memory is right' : `LOST ${pagesInWords(signal.lost, 4)}`}`
    case 'storesUsed':
      return `so far ${formatBytes(signal.link.bytes)} on the link to and from stores`
    case 'linkUsed':
      return `applications on the link: ${formatBytes(signal.applicationBytes)} of ${formatBytes(signal.applicationDemandBytes)}`
    case 'received':
    case 'got':
    case 'awaited':
    case 'arrived':
    case 'bounced':
    case 'slots':
      return chipSignalInWords(signal)
    case 'described':
    case 'extracted':
    case 'collected':
    case 'depends':
    case 'observed':
    case 'peeked':
    case 'wanted':
    case 'placed':
    case 'threads':
    case 'checked':
      return kernelSignalInWords(signal)
    case 'acted':
    case 'negotiated':
    case 'carried':
    case 'threadLost':
    case 'nodeFailed':
      return threadSignalInWords(signal)
    default:
      return clusterSignalInWords(signal)
  }
}

const sections = { bulk: 'in bulk', table: 'from the table', last: 'in the last stop' } as const

const levels = { hypervisor: 'hypervisor', guestOs: "guest's OS", application: 'application' } as const

const doneInWords: Readonly<Partial<Record<Order['type'], string>>> = {
  flush: 'all has arrived',
  sendContext: 'context sent',
  discard: 'dropped',
  plug: 'so it is plugged',
  dump: 'written',
  rebuild: 'made',
  throttle: 'so it runs',
  dirtyLimit: 'so they are held',
  wake: 'time is up',
  abandon: 'dropped all'
}

type Said = { readonly of?: Of }

const ofDisk = ({ of }: Said): string => (of === 'disk' ? ' of the disk' : '')
const toDisk = ({ of }: Said): string => (of === 'disk' ? ' to the disk' : '')
const unitOf = ({ of }: Said): string => (of === 'disk' ? 'block' : 'page')

const counted = (n: number, what: string): string => `${formatNumber(n)} ${what}${n === 1 ? '' : 's'}`

const inBrackets = (details: readonly string[]): string => (details.length === 0 ? '' : ` (${details.join(', ')})`)

const detailsOf = (order: Extract<Order, { readonly type: 'send' }>): readonly string[] => [
  ...(order.round === undefined ? [] : [`round ${order.round}`]),
  ...(order.place === 'always' ? [] : [order.place === 'ifAbsent' ? 'only where absent' : 'only over older']),
  ...(order.unless === undefined ? [] : [order.unless === 'dirtied' ? 'unless written again' : 'unless sent already']),
  ...(order.overtake ? ['overtaking'] : []),
  ...(order.connection === undefined ? [] : [`over ${order.connection}`]),
  ...(order.encoding === undefined ? [] : ['as differences']),
  ...(order.channels === undefined ? [] : [counted(order.channels, 'channel')]),
  ...(order.compression === undefined ? [] : ['compressed']),
  ...(order.from === undefined ? [] : [`from page ${order.from}`]),
  ...(order.bytesPerSecond === undefined ? [] : [`at most ${formatBytes(order.bytesPerSecond)}/s`])
]

const deviceDetails = ({ bytes, ns }: { readonly bytes: number; readonly ns: number }): readonly string[] => [
  ...(bytes === 0 ? [] : [formatBytes(bytes)]),
  ...(ns === 0 ? [] : [`in ${formatTime(ns)}`])
]

const runningInWords = (running: readonly string[]): string =>
  running.length === 0 ? 'the guest runs nowhere' : `the guest runs at the ${running.join(' AND at the ')}`

const moments = { committed: 'at the commit', activated: 'at its start there', released: 'at the release' } as const

const comparedInWords = ({ when, lost, regressed, misread, owed, of }: Extract<Signal, { readonly type: 'compared' }>): string => {
  const wrong = [
    ...(lost.count === 0 ? [] : [`LOST ${pagesInWords(lost, 4, of)}`]),
    ...(regressed.count === 0 ? [] : [`OVERWRITTEN BY OLDER ${pagesInWords(regressed, 4, of)}`]),
    ...(misread.count === 0 ? [] : [`USED BEFORE THEY CAME ${pagesInWords(misread, 4, of)}`])
  ]
  const all = [
    ...(wrong.length === 0 ? [of === 'disk' ? 'the disk is right' : 'memory is right'] : wrong),
    ...(owed === 0 ? [] : [`${counted(owed, 'page')} still owed`])
  ]
  return `compared ${moments[when]}: ${all.join(', ')}`
}

/** The runs of consecutive pages of a sequence, in its order. */
const runsOf = (pages: PageSequence): readonly (readonly [from: number, toExclusive: number])[] => {
  const found: [number, number][] = []
  for (const page of toArray(pages)) {
    const last = found[found.length - 1]
    if (last?.[1] === page) last[1]++
    else found.push([page, page + 1])
  }
  return found
}

/** Whether a page is among pages. @internal */
export const isAmong = (pages: Pages, page: number): boolean =>
  pages.type === 'PageSet' ? has(pages, page) : toArray(pages).includes(page)
