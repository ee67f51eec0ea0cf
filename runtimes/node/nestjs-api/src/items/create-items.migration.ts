import { MigrationInterface, QueryRunner, Table } from 'typeorm';

export class CreateItems1700000000000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		await runner.createTable(
			new Table({
				name: 'items',
				columns: [
					{
						name: 'id',
						type: 'integer',
						isPrimary: true,
						isGenerated: true,
						generationStrategy: 'increment',
					},
					{ name: 'name', type: 'varchar', length: '100' },
					{ name: 'price', type: 'real' },
					{ name: 'tags', type: 'text' },
				],
			}),
		);
		await runner.manager.insert('items', {
			id: 1,
			name: 'first',
			price: 9.5,
			tags: ['example'],
		});
	}

	async down(runner: QueryRunner): Promise<void> {
		await runner.dropTable('items');
	}
}
