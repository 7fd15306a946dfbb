SET standard_conforming_strings = off;
SELECT 'a\'b;';
RESET ALL;
DO $$ BEGIN COMMIT; END $$;
