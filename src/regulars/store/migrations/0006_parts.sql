-- Pieces of e-mails, references and phones, for Square's search (docs/decisions/0019). Customers that are in the store
-- already are taken in when it is next opened (directory/filling.py), in small steps; this says that there are some.
INSERT INTO meta (name, value)
SELECT 'parts to fill', $zero WHERE EXISTS (SELECT 1 FROM account WHERE change_no > 0);
