-- nothing here;

   -- nor here;
