import type { Bitmap } from '../../lib/memory/bitmap'
import { bitsIn } from '../../lib/memory/words'
import type { Conduct } from '../../lib/world/conduct'
import { dataKey } from './dataKey'
import type { Numbering } from './numbering'

/** A conduct and its hosts put away as text and values, to be gone on from later; equal numbers, equal futures. */
export type Saved = { readonly number: number; readonly words: string; readonly rest: readonly unknown[] }

/** One conduct that an exploration uses for all of its states. */
export type Saving = { readonly save: () => Saved; readonly load: (saved: Saved) => void }

type Kernel = { readonly copy: () => unknown; readonly key: () => string }

/**
 * Puts away what a conduct and its hosts are, and makes them what they were: bitmaps and contents by their words, all else by value. A state is then a text of some
 * hundred bytes, where a copy of the hosts is some twenty objects. Law: after `load(saved)`, `save().number` is `saved.number`.
 */
export const saving = (conduct: Conduct, numbered: Numbering): Saving => {
  const h = conduct.hosts
  const ofHosts = fieldsOf(h, ['setting', 'pages', 'exact'])
  const bitmaps = ofHosts.filter(([of, name]) => isBitmap(of[name])).map(([of, name]) => of[name] as Bitmap)
  const others = [
    ...ofHosts.filter(([of, name]) => !isBitmap(of[name])),
    ...fieldsOf(conduct, ['migration', 'guest', 'settlement', 'hosts'])
  ]
  const first = others.map(([of, name]) => of[name])
  const firstTexts = first.map((value) => (isKernel(value) ? '' : dataKey(value)))
  const buffer: number[] = []
  const add = (words: Int32Array): void => {
    for (let i = 0; i < words.length; i++) buffer.push(words[i] & 0xffff, words[i] >>> 16)
  }
  return {
    save: () => {
      buffer.length = 0
      for (const b of bitmaps) add(b.words)
      if (h.exact !== undefined) {
        add(h.exact.source.words)
        add(h.exact.target.words)
      }
      const words = String.fromCharCode(...buffer)
      let key = words
      const rest = others.map(([of, name], i) => {
        const value = of[name]
        if (isKernel(value)) {
          key += `;${i}${value.key()}`
          return value.copy()
        }
        if (value === first[i]) return value
        const text = dataKey(value)
        if (text !== firstTexts[i]) key += `;${i}${text}`
        return value
      })
      return { number: numbered(key), words, rest }
    },
    load: ({ words, rest }) => {
      let at = 0
      const word = (): number => words.charCodeAt(at++) | (words.charCodeAt(at++) << 16)
      for (const b of bitmaps) {
        let count = 0
        for (let i = 0; i < b.words.length; i++) {
          const w = word()
          b.words[i] = w
          count += bitsIn(w)
        }
        b.count = count
      }
      if (h.exact !== undefined)
        for (const { words: content } of [h.exact.source, h.exact.target]) for (let i = 0; i < content.length; i++) content[i] = word()
      for (let i = 0; i < others.length; i++) {
        const [of, name] = others[i]
        const value = rest[i]
        of[name] = isKernel(value) ? value.copy() : value
      }
    }
  }
}

type Fields = Record<string, unknown>

const fieldsOf = (of: object, unchanging: readonly string[]): readonly (readonly [Fields, string])[] =>
  Object.keys(of)
    .filter((name) => !unchanging.includes(name))
    .map((name) => [of as Fields, name])

const isBitmap = (value: unknown): value is Bitmap =>
  typeof value === 'object' && value !== null && 'count' in value && 'words' in value && value.words instanceof Int32Array

const isKernel = (value: unknown): value is Kernel =>
  typeof value === 'object' && value !== null && 'copy' in value && typeof value.copy === 'function' && 'key' in value
