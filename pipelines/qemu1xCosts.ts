/** The part of its time for which QEMU 1.2's sender holds the lock of the main loop, and so the part of the link that it makes use of: see `qemu12`. */
export const qemu12Held = 0.6

/**
 * What QEMU 1.6 changed of a host's costs that were measured under kvm 1.0, for a host one core of which draws `coreBytesPerSecond` from memory. Nanoseconds of a sender.
 *
 * `lookPageNs`: a first look at a page. kvm 1.0 compares it word by word (`is_dup_page`, arch_init.c) and its target writes every zero page and gives it back; 1.5 searches it with
 * vectors (3edcd7e6, Lieven, March 2013), and the target of 1.6 writes none that reads as zeros (211ea740, Lieven, June 2013). What remains is at least that the page is read once.
 *
 * `copyPageNs`: what a copy of a page takes from memory to memory, one reading and one writing. 1.5 sends pages from where they are (`qemu_put_buffer_async`, Wasserman, March 2013;
 * qemu-devel "Migration: Remove copying of guest ram pages", v5), where kvm 1.0 copies them into a buffer of 32 KiB first. That buffer stays in the cache, and the kernel's copy now reads
 * from memory what it read from there: less than this is gained, and how much is not known. So this is an upper bound, for a question of what if, and not taken off.
 */
export const qemu16Costs = ({
  coreBytesPerSecond,
  pageBytes = 4096
}: {
  readonly coreBytesPerSecond: number
  readonly pageBytes?: number
}): { readonly lookPageNs: number; readonly copyPageNs: number } => {
  if (!(coreBytesPerSecond > 0 && coreBytesPerSecond < Number.POSITIVE_INFINITY))
    throw new RangeError(`qemu16Costs: coreBytesPerSecond must be positive and finite (got ${coreBytesPerSecond})`)
  const readNs = (pageBytes * 1e9) / coreBytesPerSecond
  return { lookPageNs: readNs, copyPageNs: 2 * readNs }
}
