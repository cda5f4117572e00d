-- A store made before versions were counted has them in its documents.
UPDATE customer SET version = coalesce(
  (SELECT json_extract(CAST(d.square AS TEXT), '$.version') FROM doc d WHERE d.rid = customer.rid), 0);
