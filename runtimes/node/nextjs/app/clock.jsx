'use client';

import { useEffect, useState } from 'react';

/* The time of the server's rendering, then the browser's own. */
export function Clock({ renderedAt }) {
	const [now, setNow] = useState(renderedAt);

	useEffect(() => {
		const timer = setInterval(() => setNow(new Date().toISOString()), 1000);

		return () => clearInterval(timer);
	}, []);
	return <time dateTime={now}>{now}</time>;
}
