-- Whatever a verify file changes is undone: so the trigger can be tried out.
DO $verify$
DECLARE
  item record;
  before numeric;
  after numeric;
BEGIN
  SELECT order_id, product_id, unit_price INTO STRICT item FROM order_items ORDER BY order_id, product_id LIMIT 1;
  SELECT total INTO before FROM orders WHERE id = item.order_id;
  UPDATE order_items SET quantity = quantity + 2 WHERE order_id = item.order_id AND product_id = item.product_id;
  SELECT total INTO after FROM orders WHERE id = item.order_id;
  ASSERT after = before + 2 * item.unit_price, format('the total went from %s to %s', before, after);
END;
$verify$;
