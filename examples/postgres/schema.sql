CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  customer text NOT NULL,
  item text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0)
);
CREATE INDEX orders_customer ON orders (customer);
