import { type Dependency, type DependencyKind, dependency, type Policy } from './dependency'

/** A dependency before a system has decided what becomes of it; what is left out takes the system's default. */
export interface Unsettled {
  readonly kind: DependencyKind
  readonly name: string
  /** Uses (system calls, messages) per second of guest time; 100 by default, an assumption to be replaced by the guest's own figure. */
  readonly usesPerSecond?: number
  /** Nanoseconds of work per use where it is forwarded; 0 by default, so that only the round trip counts. */
  readonly nsPerUse?: number
  /** Bytes of its state where that moves; 4096 by default, an assumption. */
  readonly bytes?: number
  /** Nanoseconds to find its counterpart at the target where it is rebound; 0 by default. */
  readonly reboundNs?: number
  /** The source holds it itself (a file on the source's disk, a device of the source); false by default. */
  readonly atSource?: boolean
}

/** What a system makes of each of a guest's dependencies. */
export type Preset = (unsettled: readonly Unsettled[]) => readonly Dependency[]

/**
 * MOSIX: a migrated process leaves a deputy at its home node, which carries out the system calls that depend on the site; so files,
 * communicators and kernel state are forwarded for as long as the process lives, and the home node stays needed. Processes that share
 * memory do not migrate. Forwarding and home node: Barak and La'adan, The MOSIX multicomputer operating system, FGCS 13(4-5), 1998; MOSIX
 * FAQ, «I/O by migrated processes»; shared memory (shmget) stays, pipes do not hinder: openMosix HOWTO §12.2. Not modelled: later MOSIX's
 * direct communication between migrated processes and its direct file system access, which spare the home node.
 */
const mosix: Preset = (unsettled) =>
  unsettled.map((one) =>
    settled(one, one.kind === 'shared' ? refused('MOSIX does not migrate a process that shares memory') : forwarded(one))
  )

/**
 * V: everything but what is in the address space is reached by messages to servers, and a name bound to a moved logical host is found anew,
 * so that nothing is left behind (Theimer, Lantz and Cheriton, Preemptable remote execution facilities for the V-system, SOSP 1985, whose
 * stated aim is to avoid residual dependencies on the original host). Files live at file servers, so they are rebound, as communicators
 * are; state in the kernel is copied. «Recalled, unverified»: a program bound to a device or a server of its own workstation is not
 * migrated, nor is one that shares memory with a program that stays.
 */
const v: Preset = (unsettled) =>
  unsettled.map((one) =>
    settled(
      one,
      one.atSource === true
        ? refused('V does not migrate a program bound to a server or device of its own workstation')
        : one.kind === 'shared'
          ? refused('V does not migrate a program that shares memory with one that stays')
          : one.kind === 'kernel'
            ? moved(one)
            : rebound(one)
    )
  )

/**
 * OSF/1 AD TNC: one system image over all nodes, so the Unix state of a process (descriptors, signal masks) is transferred with it and a
 * socket is found wherever it is (Zajcew et al., An OSF/1 UNIX for massively parallel multicomputers, USENIX Winter 1993: distributed
 * sockets, remote mounts, tokens that keep clients' file caches consistent; Milojicic et al. on process and task migration of the OSF/1 AD
 * server). A file is served by the node that has mounted its file system: rebound by token when that is another node, and forwarded when it
 * is the source. Shared memory stays coherent by Mach's distributed pager at the source («recalled, unverified»), so its faults are
 * forwarded.
 */
const osf1: Preset = (unsettled) =>
  unsettled.map((one) =>
    settled(one, one.atSource === true || one.kind === 'shared' ? forwarded(one) : one.kind === 'kernel' ? moved(one) : rebound(one))
  )

/**
 * What three systems make of open files, communicators, shared memory and kernel state (Milojicic et al., ACM Computing Surveys 32(3),
 * 2000, compares them).
 */
export const residual = { mosix, v, osf1 } as const

const settled = ({ kind, name }: Unsettled, policy: Policy): Dependency => dependency({ kind, name, policy })

const refused = (reason: string): Policy => ({ type: 'refused', reason })

const moved = ({ bytes = 4096 }: Unsettled): Policy => ({ type: 'moved', bytes })

const rebound = ({ reboundNs = 0 }: Unsettled): Policy => ({ type: 'rebound', ns: reboundNs })

const forwarded = ({ usesPerSecond = 100, nsPerUse = 0 }: Unsettled): Policy => ({ type: 'forwarded', usesPerSecond, nsPerUse })
