import { type NanvixField, nanvixState, nanvixSystemThreads } from './nanvixProcess'
import { type KernelObject, kernelObjects, type ProcessLayout } from './processLayout'

/**
 * How many lines of memory a kernel looks at to find a process's state before anything of it can be read: the first of what each symbol stands for, and, where threads of the system and of the process share a table
 * (`mixed`), the whole of it, because only its entries tell whose they are. With a UArea that is a line. Cost: O(entries of the table).
 */
export const linesToFind = (layout: ProcessLayout, lineBytes = 64): number => {
  const lines = new Set<number>()
  const look = (address: number, bytes: number): void => {
    for (let line = Math.floor(address / lineBytes); line * lineBytes < address + bytes; line++) lines.add(line)
  }
  const symbols = new Set<string>()
  for (const field of Object.keys(nanvixState) as readonly NanvixField[]) {
    if (symbols.has(layout.symbol(field))) continue
    symbols.add(layout.symbol(field))
    look(layout.address(field), 1)
  }
  if (layout.mixed) {
    const table: readonly (readonly [KernelObject, number, number])[] = [
      ['systemThreads', nanvixSystemThreads.services + nanvixSystemThreads.idle, kernelObjects.systemThreads.bytes],
      ['threads', nanvixState.threads.count, nanvixState.threads.bytes]
    ]
    for (const [object, count, bytes] of table) for (let i = 0; i < count; i++) look(layout.address(object, i), bytes)
  }
  return lines.size
}
