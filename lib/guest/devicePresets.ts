import type { DeviceOptions } from './device'

/** The devices that have a name here. */
export type DevicePreset = 'virtio-net' | 'virtio-blk' | 'vga' | 'vfio-nic' | 'vfio-gpu' | 'passthrough'

/**
 * Devices by name, to be named and changed by whoever uses one: `{ ...devicePresets['virtio-net'], name: 'eth0' }`. What is sourced is said; all else is an order of magnitude
 * of ours, to be replaced by a measurement, and the times of saving and loading of devices that are registers in the monitor's memory are 0 for that reason.
 *
 * - `virtio-net`: 2 KiB. Its table of 64 addresses (384 bytes) and its filter of 4,096 VLANs (512 bytes) are most of it (QEMU, MAC_TABLE_ENTRIES and MAX_VLAN,
 *   include/hw/virtio/virtio-net.h); rings lie in the guest's memory and move with it.
 * - `virtio-blk`: 1 KiB and the requests under way; «recalled, unverified». Its content is no state: see disks.
 * - `vga`: 16 MiB of video memory (vgamem_mb 16 is the default of QEMU's PCI VGA, hw/display) and registers. QEMU moves that memory as a block of guest memory, in rounds; as a device's
 *   state it moves while the guest stands still, which is the worst that it can cost.
 * - `vfio-nic`: 10 MiB, the most that Zhao names for what a device must move while the guest stands still (kvm list, 19 Feb 2019, «Device config»); saved and loaded at 100 MB/s
 *   in 105 ms each («recalled, unverified»); beside other devices; its writes are in a log of its own.
 * - `vfio-gpu`: 1 GiB of its own memory («recalled, unverified»: Zhao says only that device memory is usually very big), saved and loaded at 2 GB/s; beside other devices. Its `dma` is the user's to state.
 * - `passthrough`: a PCI device given to the guest as it is. It cannot move; unplugged in 2 s, plugged in again in 1 s («recalled, unverified»: the guest's driver decides).
 */
export const devicePresets: Readonly<Record<DevicePreset, DeviceOptions>> = {
  'virtio-net': { name: 'virtio-net', stateBytes: 2048 },
  'virtio-blk': { name: 'virtio-blk', stateBytes: 1024 },
  vga: { name: 'vga', stateBytes: 16 * 2 ** 20 + 4096 },
  'vfio-nic': { name: 'vfio-nic', stateBytes: 10 * 2 ** 20, saveNs: 105_000_000, loadNs: 105_000_000, parallel: true },
  'vfio-gpu': { name: 'vfio-gpu', stateBytes: 2 ** 30, saveNs: 537_000_000, loadNs: 537_000_000, parallel: true },
  passthrough: {
    name: 'passthrough',
    movable: false,
    reason: 'it is a device of its host, given to the guest as it is',
    unplugNs: 2_000_000_000,
    plugNs: 1_000_000_000
  }
}
