const HOUR = 3_600_000;
const ZONE = 'Europe/Berlin';

/** Offsets change at full hours only, so one per hour is enough. */
const offsets = new Map<number, number>();

function offsetAt(at: number): number {
  const hour = Math.floor(at / HOUR);
  let offset = offsets.get(hour);
  if (offset === undefined) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(ZONE);
    offset = zoned.offsetNanoseconds / 1e6;
    if (offsets.size > 100_000) offsets.clear();
    offsets.set(hour, offset);
  }
  return offset;
}

const two = (value: number) => (value < 10 ? `0${value}` : String(value));

/** An instant as `31.12.2026 14:05`, Europe/Berlin. */
export function berlinMinute(at: number): string {
  const local = new Date(at + offsetAt(at));
  const day = `${two(local.getUTCDate())}.${two(local.getUTCMonth() + 1)}.${local.getUTCFullYear()}`;
  return `${day} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}

/** An instant as `31.12.2026`, Europe/Berlin. */
export function berlinDate(at: number): string {
  return berlinMinute(at).slice(0, 10);
}

const MINUTE = /^(\d{2})\.(\d{2})\.(\d{4}) (\d{2}):(\d{2})$/;

/** The instant of `31.12.2026 14:05`; of a time that comes twice (end of summer time) the first. Undefined: no such text. */
export function parseBerlinMinute(text: string): number | undefined {
  const [, day, month, year, hour, minute] = MINUTE.exec(text) ?? [];
  if (day === undefined || minute === undefined) return undefined;
  try {
    const local = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}`, { overflow: 'reject' });
    return local.toZonedDateTime(ZONE, { disambiguation: 'compatible' }).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** Whether the text is a day of the calendar written as `31.12.2026`. */
export function isGermanDate(text: string): boolean {
  return /^\d{2}\.\d{2}\.\d{4}$/.test(text) && parseBerlinMinute(`${text} 12:00`) !== undefined;
}
