/** What each host that is or was a target can take of something, by hop. `admit` answers why it takes no more. @internal */
export type Room = {
  readonly admit: (hop: number, bytes: number) => string | undefined
  readonly dismiss: (hop: number, bytes: number) => void
}

/** A kernel: the bytes that are taken are born here. `place` and `what` are who has the room and who needs it, in a refusal. @internal */
export const room = (most: number, { place, what }: { readonly place: string; readonly what: string }): Room => {
  const taken = new Map<number, number>()
  const takenAt = (hop: number): number => taken.get(hop) ?? 0
  return {
    admit: (hop, bytes) => {
      const left = most - takenAt(hop)
      if (bytes > left) return `${place} has ${left} bytes left and ${what} needs ${bytes}`
      taken.set(hop, takenAt(hop) + bytes)
      return undefined
    },
    dismiss: (hop, bytes) => {
      taken.set(hop, takenAt(hop) - bytes)
    }
  }
}
