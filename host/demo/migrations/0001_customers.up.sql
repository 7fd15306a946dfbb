CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO customers (email, name, created_at) VALUES
  ('ada@example.org', 'Ada Lindqvist', '2024-01-08 09:12+00'),
  ('bruno@example.org', 'Bruno Carvalho', '2024-01-19 17:45+00'),
  ('chioma@example.org', 'Chioma Eze', '2024-02-02 11:03+00'),
  ('dara@example.org', 'Dara O''Connell', '2024-02-27 08:30+00'),
  ('emil@example.org', 'Emil Sørensen', '2024-03-11 20:17+00'),
  ('fatima@example.org', 'Fatima al Amin', '2024-04-05 13:59+00'),
  ('goro@example.org', 'Gorō Tanaka', '2024-05-21 06:41+00'),
  ('hana@example.org', 'Hana Novotná', '2024-06-30 15:26+00');
