/** What is wrong with a text as XML, if anything: tags nest and close, attributes are quoted once each, no bare `<` or `&`, no forbidden character, one root. */
export const xmlProblem = (text: string): string | undefined => {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) return 'a character that XML forbids'
  const open: string[] = []
  let roots = 0
  let at = 0
  while (at < text.length) {
    const next = text.indexOf('<', at)
    const words = text.slice(at, next === -1 ? text.length : next)
    if (/&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(words)) return `a bare & at ${at}`
    if (open.length === 0 && words.trim() !== '') return `text outside of the root at ${at}`
    if (next === -1) break
    const tag = /^<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(text.slice(next))
    if (tag === null) return `no tag at ${next}: ${text.slice(next, next + 40)}`
    const [whole, closing, name, attributes, empty] = tag
    const names = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)]
    if (new Set(names.map(([, key]) => key)).size !== names.length) return `an attribute twice at ${next}`
    if (names.some(([, , value]) => /&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(value))) return `a bare & in an attribute at ${next}`
    if (closing !== '') {
      if (open.pop() !== name) return `</${name}> at ${next} closes another tag`
    } else {
      if (open.length === 0 && ++roots > 1) return 'a second root'
      if (empty === '') open.push(name)
    }
    at = next + whole.length
  }
  return open.length > 0 ? `<${open.join('><')}> is never closed` : roots === 0 ? 'no root' : undefined
}
