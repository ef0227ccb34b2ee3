import type { FrameCounts, FrameName } from '../protocol/cluster'

/** What a member's image records of the cluster's channels: frames sent to and got from each other member, and the frames in its receive queue, in order. */
export type MemberCut = { readonly sent: FrameCounts; readonly received: FrameCounts; readonly queue: readonly FrameName[] }

/** A checkpoint of a cluster, member by member. */
export type Cut = Readonly<Record<string, MemberCut>>

/**
 * Where a cut is not consistent, a sentence for each channel; none where it is.
 *
 * Law: a cut is consistent iff on each channel the frames that were sent before it are those that were got before it and, next in order, those that stand in the receiver's queue: none lost, none
 * twice, none that was not sent (Chandy and Lamport, TOCS 3(1), 1985; for VCCP its paper's correctness analysis). Cost: the frames in the queues, and the channels.
 */
export const inconsistencies = (cut: Cut): readonly string[] => {
  const members = Object.keys(cut)
  return members.flatMap((from) => members.flatMap((to) => (from === to ? [] : onChannel(from, to, cut))))
}

const onChannel = (from: string, to: string, cut: Cut): readonly string[] => {
  const sent = cut[from].sent[to] ?? 0
  const received = cut[to].received[from] ?? 0
  const queued = cut[to].queue.flatMap((frame) => (frame.from === from ? [frame.number] : []))
  const channel = `from ${from} to ${to}`
  if (received > sent) return [`${channel}: ${received} frames were got and ${sent} sent`]
  const wrong = queued.findIndex((number, i) => number !== received + i)
  if (wrong >= 0) return [`${channel}: frame ${queued[wrong]} is in the queue where frame ${received + wrong} is next`]
  const accounted = received + queued.length
  if (accounted === sent) return []
  return accounted < sent
    ? [`${channel}: frame ${accounted} was sent, and was neither got nor is it in the queue`]
    : [`${channel}: frame ${sent} is in the queue and was not sent`]
}
