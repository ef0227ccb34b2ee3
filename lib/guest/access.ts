import type { PageNumber } from '../memory/pageNumber'

/** One access to a page as an int32, `page << 1 | isWrite`: what fills, dirty logs and batches carry. Pages are below 2^30. */
export type Access = number

/** The access to a page (0 to 2^30 - 1), a write or a read. Unchecked: it is for the inside of kernels. */
export const access = (page: PageNumber, write: boolean): Access => (page << 1) | Number(write)

/** The page of an access: `pageOf(access(p, w)) = p`. */
export const pageOf = (of: Access): PageNumber => of >>> 1

/** True when an access is a write: `isWrite(access(p, w)) = w`. */
export const isWrite = (of: Access): boolean => (of & 1) === 1
