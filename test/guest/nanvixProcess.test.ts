import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  nanvixFixedBytes,
  nanvixKernelPages,
  nanvixProcessBytes,
  nanvixSections,
  nanvixState,
  nanvixThread
} from '../../lib/guest/nanvixProcess'

it('the fixed sections are 23008 bytes together', () => {
  const fixed = Object.values(nanvixSections).filter((section) => !('each' in section))
  expect(fixed.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(nanvixFixedBytes)
})

it('a process of t threads and p pages is 23008 + 4096 (2 t + p + min(p, 1)) bytes', () => {
  fc.assert(
    fc.property(fc.nat(18), fc.nat(32), (threads, pages) => {
      expect(nanvixProcessBytes({ threads, pages })).toBe(
        nanvixFixedBytes + threads * nanvixSections.stacks.bytes + pages * nanvixSections.frames.bytes + (pages > 0 ? 4096 : 0)
      )
    })
  )
  expect(nanvixProcessBytes({ threads: 1, pages: 0 })).toBe(31_200)
})

it('the fields of a UArea fill its 2112 bytes, which are whole lines', () => {
  const bytes = Object.values(nanvixState).reduce((sum, field) => sum + field.bytes * field.count, 0)
  expect(bytes).toBe(nanvixSections.uArea.bytes)
  expect(bytes % 64).toBe(0)
})

it('the pool of kernel pages has a word each in the list that is sent, and room for the stacks of 18 threads, as Vanz found', () => {
  expect(nanvixKernelPages.pages * 4).toBe(nanvixSections.kernelPageIds.bytes)
  expect((nanvixKernelPages.pages - nanvixKernelPages.ofSystem) / 2).toBe(18)
})

it('the fields of a thread lie within its entry', () => {
  expect(Math.max(...Object.values(nanvixThread)) + 4).toBeLessThanOrEqual(nanvixState.threads.bytes)
})

it('refuses half a thread', () => {
  expect(() => nanvixProcessBytes({ threads: 0.5, pages: 0 })).toThrow(
    new RangeError('nanvixProcessBytes: threads must be an integer of 0 or more (got 0.5)')
  )
})
