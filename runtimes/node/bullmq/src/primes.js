'use strict';

function isPrime(candidate) {
	for (let divisor = 2; divisor * divisor <= candidate; divisor++)
		if (candidate % divisor === 0)
			return false;
	return candidate >= 2;
}

/* The number of primes below n, by trial division. */
exports.primes = function primes(n) {
	let count = 0;

	for (let candidate = 2; candidate < n; candidate++)
		if (isPrime(candidate))
			count++;
	return count;
};
