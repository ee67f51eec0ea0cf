CREATE TABLE `items` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`price` real NOT NULL,
	`tags` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `items` (`id`, `name`, `price`, `tags`) VALUES (1, 'first', 9.5, '["example"]');
