import { booksim } from './booksim'
import { clark2005 } from './clark2005'
import { cloudsim } from './cloudsim'
import { engines } from './engines'
import { nanvix } from './nanvix'
import { nanvixMigration } from './nanvixMigration'
import { pm2 } from './pm2'
import { qemu } from './qemu'
import type { Reproduction } from './reproduction'
import { tlc } from './tlc'
import { tlm } from './tlm'
import { uarea } from './uarea'
import { vccp } from './vccp'

/** The published measurements that `reproduce` makes again, in the order of its list. */
export const reproductions: readonly Reproduction[] = [
  clark2005,
  engines,
  qemu,
  vccp,
  tlm,
  tlc,
  booksim,
  nanvix,
  nanvixMigration,
  pm2,
  uarea,
  cloudsim
]
