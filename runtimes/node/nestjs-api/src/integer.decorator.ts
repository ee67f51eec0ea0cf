import { Transform } from 'class-transformer';

/* An integer as an address has it: digits, no exponent, no 0x and no empty text. */
export const FromDigits = () =>
	Transform(({ value }) => (/^\d+$/.test(value) ? Number(value) : value));
