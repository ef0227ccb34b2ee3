import { from } from 'rxjs'
import { type Forecast, type ForecastOptions, forecast, type Told } from '../../lib/migration/forecast'

/** All that is forecast of what was told. */
export const forecastsOf = (told: readonly Told[], options?: ForecastOptions): readonly Forecast[] => {
  const said: Forecast[] = []
  from(told)
    .pipe(forecast(options))
    .subscribe((one) => said.push(one))
  return said
}
