import { Clock } from './clock';

/* Rendered anew for each request, as a page with data in it is. */
export const dynamic = 'force-dynamic';

export default function Page() {
	return (
		<main>
			<h1>hello from nextjs</h1>
			<Clock renderedAt={new Date().toISOString()} />
		</main>
	);
}
