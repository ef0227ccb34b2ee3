import * as E from 'fp-ts/lib/Either'
import { expect, it } from 'vitest'
import type { PageContent } from '../../lib/memory/content'
import type { Coder } from '../../lib/world/engine'
import { xbzrle } from '../../lib/world/xbzrle'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { worldOf, worldPlans } from '../../properties/arbitraries/worldPlan'
import { check } from '../../properties/check'

/** The last byte of a page's words, the one that counts its versions not being among them. */
const garbled = (content: PageContent): PageContent => {
  if (typeof content === 'number' || content.length < 2) return content
  const other = content.slice()
  other[other.length - 1] ^= 1
  return other
}

const garbling = (coder: Coder): Coder => ({
  ...coder,
  decode: (packet, present) => coder.decode(packet, present).map(({ page, content }) => ({ page, content: garbled(content) })),
  copy: () => garbling(coder.copy())
})

const right = xbzrle()
const coding = { name: 'garbling', open: (memory: Parameters<typeof right.open>[0]) => garbling(right.open(memory)) }
const worlds = worldPlans.map((plan) => ({
  ...plan,
  second: undefined,
  fidelity: 'bytes' as const,
  guest: { ...plan.guest, classes: undefined }
}))

it.each([
  ['pre-copy', precopy()],
  ['post-copy', postcopy()]
])('%s: a page of the right version and with wrong bytes is lost', (_name, pipeline) => {
  const result = check(pipeline, { runs: 50, seed: 5, worlds, world: (plan) => worldOf(plan, { coding }) })
  expect(E.isLeft(result) && result.left.invariant).toBe('noPageLost')
})
