import * as fc from 'fast-check'
import {
  auditTime,
  bufferTime,
  concatMap,
  debounceTime,
  delay,
  exhaustMap,
  interval,
  type MonoTypeOperatorFunction,
  map,
  merge,
  mergeMap,
  type Observable,
  observeOn,
  of,
  repeat,
  retry,
  type SchedulerLike,
  sampleTime,
  subscribeOn,
  switchMap,
  take,
  takeUntil,
  throttleTime,
  throwError,
  timeInterval,
  timeout,
  timer,
  windowTime
} from 'rxjs'

/** A program of RxJS time operators, as a function of the scheduler that carries it. */
export type Program = (line: SchedulerLike) => Observable<string>

type Stage = (line: SchedulerLike) => MonoTypeOperatorFunction<string>

const delays = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(1023, 1024, 1025, 3000) }
)
const positive = fc.integer({ min: 1, max: 9 })
const counts = fc.integer({ min: 1, max: 4 })

const source: fc.Arbitrary<Program> = fc.oneof(
  fc.tuple(positive, counts).map(
    ([every, n]): Program =>
      (line) =>
        interval(every, line).pipe(take(n + 2), map(String))
  ),
  delays.map(
    (due): Program =>
      (line) =>
        timer(due, line).pipe(map(() => 't'))
  ),
  fc.tuple(delays, positive, counts).map(
    ([due, every, n]): Program =>
      (line) =>
        timer(due, every, line).pipe(
          take(n),
          map((i) => `p${i}`)
        )
  ),
  fc.tuple(delays, fc.constantFrom('a', 'ab', 'abc')).map(
    ([due, all]): Program =>
      (line) =>
        of(...all).pipe(delay(due, line))
  )
)

const stage: fc.Arbitrary<Stage> = fc.oneof(
  delays.map(
    (n): Stage =>
      (line) =>
        delay(n, line)
  ),
  positive.map(
    (n): Stage =>
      (line) =>
        debounceTime(n, line)
  ),
  positive.map(
    (n): Stage =>
      (line) =>
        auditTime(n, line)
  ),
  fc.tuple(positive, fc.boolean(), fc.boolean()).map(
    ([n, leading, trailing]): Stage =>
      (line) =>
        throttleTime(n, line, { leading, trailing })
  ),
  positive.map(
    (n): Stage =>
      (line) =>
        sampleTime(n, line)
  ),
  fc.tuple(positive, fc.option(positive), counts).map(
    ([span, every, most]): Stage =>
      (line) =>
      (all) =>
        (every === null ? all.pipe(bufferTime(span, line)) : all.pipe(bufferTime(span, every, most, line))).pipe(
          map((b) => `[${b.join()}]`)
        )
  ),
  fc.tuple(positive, counts).map(
    ([span, most]): Stage =>
      (line) =>
      (all) =>
        all.pipe(
          windowTime(span, null, most, line),
          mergeMap((w, i) => w.pipe(map((x) => `w${i}${x}`)))
        )
  ),
  fc.tuple(delays, counts).map(
    ([n, k]): Stage =>
      (line) =>
        mergeMap((x, i) =>
          timer(n, k, line).pipe(
            take((i % 3) + 1),
            map((j) => `${x}.${j}`)
          )
        )
  ),
  delays.map(
    (n): Stage =>
      (line) =>
        switchMap((x, i) => timer(n + (i % 3), line).pipe(map(() => `s${x}`)))
  ),
  delays.map(
    (n): Stage =>
      (line) =>
        concatMap((x, i) => timer((n + i) % 5, line).pipe(map(() => `c${x}`)))
  ),
  delays.map(
    (n): Stage =>
      (line) =>
        exhaustMap((x) => timer(n, line).pipe(map(() => `e${x}`)))
  ),
  delays.map(
    (n): Stage =>
      (line) =>
        takeUntil(timer(n + 3, line))
  ),
  fc.tuple(positive, delays).map(
    ([each, other]): Stage =>
      (line) =>
        timeout({ each, scheduler: line, with: () => timer(other, line).pipe(map(() => 'late')) })
  ),
  delays.map(
    (n): Stage =>
      (line) =>
        observeOn(line, n)
  ),
  delays.map(
    (n): Stage =>
      (line) =>
        subscribeOn(line, n)
  ),
  delays.map(
    (n): Stage =>
      (line) =>
        repeat({ count: 2, delay: () => timer(n, line) })
  ),
  delays.map(
    (n): Stage =>
      (line) =>
      (all) =>
        merge(all, timer(n, line).pipe(mergeMap(() => throwError(() => 'broken')))).pipe(retry({ count: 1, delay: () => timer(n, line) }))
  ),
  fc.constant<Stage>(
    (line) => (all) =>
      all.pipe(
        timeInterval(line),
        map(({ value, interval: gap }) => `${value}+${gap}`)
      )
  )
)

const line: fc.Arbitrary<Program> = fc.tuple(source, fc.array(stage, { maxLength: 3 })).map(
  ([first, rest]): Program =>
    (scheduler) =>
      rest.reduce((all, next) => all.pipe(next(scheduler)), first(scheduler))
)

/** One to four random chains of operators side by side, each value prefixed by its chain. */
export const programs: fc.Arbitrary<readonly Program[]> = fc.array(line, { minLength: 1, maxLength: 4 })

/** Subscribes to all and logs what happens with the scheduler's time. */
export const logged = (all: readonly Program[], line: SchedulerLike): string[] => {
  const log: string[] = []
  all.forEach((program, i) => {
    const say = (what: string): unknown => log.push(`${line.now()} ${i}: ${what}`)
    program(line).subscribe({ next: say, error: (error) => say(`error ${error}`), complete: () => say('end') })
  })
  return log
}
