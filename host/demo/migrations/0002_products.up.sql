CREATE TABLE products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku text NOT NULL UNIQUE CHECK (sku ~ '^[A-Z]{3}-[0-9]{3}$'),
  title text NOT NULL,
  price numeric(10, 2) NOT NULL CHECK (price >= 0)
);

COMMENT ON COLUMN products.sku IS 'three letters; three digits; what is printed on the shelf';

COPY products (sku, title, price) FROM stdin;
TEA-001	Assam, 250 g	8.90
TEA-002	Sencha, 100 g	11.50
TEA-003	Rooibos; organic, 200 g	7.20
COF-001	Espresso beans, 1 kg	24.00
COF-002	Filter roast, 500 g	13.80
POT-001	Teapot, cast iron, 0.8 l	49.90
POT-002	Moka pot, 6 cups	34.50
CUP-001	Cup, stoneware	9.80
\.
