import { Transform } from 'class-transformer';

/* Makes a number of plain digits; the type Number would take '' and 0x1, too. */
export const Digits = (): PropertyDecorator =>
	Transform(({ value }) => (/^\d+$/.test(value) ? Number(value) : value));
